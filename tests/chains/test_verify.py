"""verify: what planning holds is what was sent, or the plan is withdrawn and the job fails."""

from __future__ import annotations

import json

import pytest

from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.content.shipped import fixtures
from tests.chains.bench import NAME, NIGHT, Bench, forecast

FOLDER = fixtures() / "chains" / "planning_feed"
WITHDRAWN = f"the plan of {NIGHT} is withdrawn"


@pytest.fixture
def published(bench: Bench) -> Bench:
    (bench.validated / NAME).write_bytes(forecast(2500))
    assert bench.run("publish").returncode == 0
    return bench


def test_a_plan_that_is_what_was_sent_stays(published: Bench) -> None:
    done = published.run("verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert published.planned() == {"rows": 2500, "batches": 3}


@pytest.mark.parametrize(
    ("sent", "apart"), [(2600, "100 rows fewer than were sent: 2,500 instead of 2,600"), (2499, "1 rows more than")]
)
def test_any_other_is_withdrawn_and_the_last_line_says_what_was_wrong(published: Bench, sent: int, apart: str) -> None:
    (published.validated / NAME).write_bytes(forecast(sent))
    done = published.run("verify")
    assert done.returncode == 3
    assert done.stderr.startswith(f"CAUSE: planning holds {apart}")
    assert done.stderr.endswith(f"{WITHDRAWN}\n")
    assert published.planned() == {"rows": 0, "batches": 0}


def test_a_plan_that_was_withdrawn_can_be_published_again(published: Bench) -> None:
    (published.validated / NAME).write_bytes(forecast(2499))
    assert [published.run(job).returncode for job in ("verify", "publish", "verify")] == [3, 0, 0]
    assert published.planned() == {"rows": 2499, "batches": 3}


def test_what_stands_in_is_counted_as_well(bench: Bench) -> None:
    stand_in = "forecast_20261122.csv"
    (bench.validated / stand_in).write_bytes(forecast(5, day="2026-11-22"))
    flag = {"file": stand_in, "fallback_of": "2026-11-22", "cause": "source did not answer"}
    (bench.validated / f"{NAME}.fallback.json").write_text(json.dumps(flag))
    assert [bench.run(job).returncode for job in ("publish", "verify")] == [0, 0]


def test_without_the_look_whatever_planning_answered_is_believed(published: Bench) -> None:
    (published.validated / NAME).write_bytes(forecast(2600))
    assert published.run("verify", "READ_BACK").returncode == 0
    assert published.planned() == {"rows": 2500, "batches": 3}


def test_its_chain_is_the_reference_chain_with_one_job_more() -> None:
    reference, chain = load_chain(FOLDER / "chain.yaml"), load_chain(FOLDER / "verified.yaml")
    assert {name: job for name, job in chain.jobs.items() if name != "verify"} == reference.jobs
    assert {name: one for name, one in chain.defences.items() if name != "read_back"} == reference.defences
    same = {"chain", "jobs", "defences"}
    assert chain.model_dump(exclude=same) == reference.model_dump(exclude=same)
    assert [str(found) for found in lint(FOLDER / "verified.yaml")] == []
