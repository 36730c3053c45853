"""The chain that sends a report back to its sender: it is the reference chain with more jobs, by every protocol."""

from __future__ import annotations

import datetime as dt

import pytest

from harness import Chain, NightRunner, Outcome, Scenario, ServerError, load_chain
from harness.chain.lint import lint
from harness.checks.model.results import missing_results
from harness.content.shipped import fixtures
from tests.sample import sample

FOLDER = fixtures() / "chains" / "planning_feed"
CONFIRMED = load_chain(FOLDER / "confirmed.yaml")
MORE = {"report", "statistics", "confirm"}


def by(protocol: str, without: list[str]) -> Chain:
    """The same chain, with its files coming and going by another protocol."""
    other = load_chain(FOLDER / f"{protocol}.yaml")
    environment = other.environment | {"REPORTS": CONFIRMED.environment["REPORTS"]}
    return CONFIRMED.without(without).model_copy(update={"files": other.files, "environment": environment})


def test_it_is_the_reference_chain_but_for_the_jobs_that_it_has_more() -> None:
    reference = load_chain(FOLDER / "chain.yaml")
    assert {name: job for name, job in CONFIRMED.jobs.items() if name not in MORE} == reference.jobs
    assert CONFIRMED.jobs.keys() - reference.jobs.keys() == MORE
    more = CONFIRMED.defences.keys() - {"read_back"}
    assert {name: CONFIRMED.defences[name] for name in more} == reference.defences
    assert {name: CONFIRMED.environment[name] for name in reference.environment} == reference.environment
    assert [str(found) for found in lint(FOLDER / "confirmed.yaml")] == []


@pytest.mark.parametrize("protocol", sample(["sftp", "s3", "snowflake"]))
@pytest.mark.parametrize(
    ("without", "outcome", "missing"),
    [([], Outcome.RECOVERED, ()), (["read_back"], Outcome.DAMAGED, ("source:{}/forecast_20261123_by_site.csv",))],
)
def test_what_is_said_to_be_uploaded_is_there_or_found_out_by_every_protocol(
    night_runner: NightRunner, protocol: str, without: list[str], outcome: Outcome, missing: tuple[str, ...]
) -> None:
    refused = ServerError(operation="put", times=8 if protocol == "snowflake" else 2)
    night = Scenario(scenario="it", chain=by(protocol, without), night=dt.date(2026, 11, 23), faults=(refused,))
    result = night_runner.run(night)
    assert result.outcome is outcome, result.judgement
    assert missing_results(result.history, result.baseline) == tuple(path.format(protocol) for path in missing)
