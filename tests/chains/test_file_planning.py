"""The reference chain whose planning takes a file: at 03:45 whatever is there, or when a flag says that it is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.content.shipped import fixtures, scenarios
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.sample import sample

FOLDER = fixtures() / "chains" / "planning_feed"
ABOUT_PLANNING = {"chain", "deadline", "folders", "environment", "defences", "jobs", "consumers"}

WITHOUT_ITS_DEFENCE = [
    ("pull_killed_while_writing", "rename", "damaged"),
    ("handoff_killed_while_writing", "flag_last", "damaged"),
    ("pull_killed_while_writing", "rerun", "contained"),
    ("pull_late_file", "wait", "degraded"),
    ("pull_no_file", "fallback", "contained"),
    ("pull_launch_failure", "relaunch", "contained"),
    ("pull_frozen_while_writing", "kill_overrun", "contained"),
    ("pull_source_hang", "client_timeout", "recovered"),  # too late for what the scenario says
    ("pull_disk_full", "rerun", "contained"),
    ("pull_half_a_file", "retry", "degraded"),
    ("pull_missed", "page_with_cause", "damaged"),
    ("handoff_killed_while_writing", "rerun", "contained"),
    ("handoff_killed_before_the_flag", "rerun", "contained"),
    ("handoff_no_file", "fallback", "contained"),
    ("handoff_launch_failure", "relaunch", "contained"),
    ("handoff_source_hang", "client_timeout", "recovered"),
    ("handoff_disk_full", "flag_last", "damaged"),
]
"""What each scenario ends in when the defence that it is about is off."""


@pytest.mark.parametrize(("name", "defence", "outcome"), sample(WITHOUT_ITS_DEFENCE, 2))
def test_a_scenario_fails_when_the_defence_that_it_is_about_is_off(
    name: str, defence: str, outcome: str, night_runner: NightRunner
) -> None:
    scenario = load_scenario(scenarios() / "consumers" / f"{name}.yaml")
    result = night_runner.run(scenario.model_copy(update={"chain": scenario.chain.without(defence)}))
    assert result.mismatches
    assert str(result.outcome) == outcome, result.judgement.because


SEEN = [
    ("pull_late_file_fragile", "ok", "delivered_once", "stale (of 2026-11-22)"),
    ("handoff_killed_while_writing_fragile", "fail", "marker_after_file", "was there before plan_20261123.csv"),
    ("pull_launch_failure_fragile", "ok", "delivered_once", "stale (of 2026-11-22)"),
    ("pull_killed_while_writing_fragile", "fail", "complete", "planning has none of 5,000 rows"),
    ("pull_frozen_while_writing_fragile", "fail", "complete", "cannot be read: record 1856"),
    ("pull_half_a_file_fragile", "ok", "delivered_once", "2,450 lost"),
    ("pull_disk_full_fragile", "fail", "complete", "planning has none of 5,000 rows"),
    ("handoff_launch_failure_fragile", None, "complete", "planning has none of 5,000 rows"),
]
"""What planning found where no defence was, whether it could read it, and which check says so."""


@pytest.mark.parametrize(("name", "took", "check", "says"), sample(SEEN, 2))
def test_what_planning_found_decides(
    name: str, took: str | None, check: str, says: str, night_runner: NightRunner
) -> None:
    result = night_runner.run(load_scenario(scenarios() / "consumers" / f"{name}.yaml"))
    assert not result.mismatches
    last = result.history.of("taken").last()
    assert (None if last is None else last.type) == took
    found = result.judgement.of(check)
    assert found is not None
    assert found.state == "violated"
    assert says in f"{found.sentence} {found.evidence}"


@pytest.mark.parametrize("variant", ["pull", "handoff"])
def test_each_is_the_reference_chain_but_for_its_last_job_and_its_planning(variant: str) -> None:
    reference, chain = load_chain(FOLDER / "chain.yaml"), load_chain(FOLDER / f"{variant}.yaml")
    assert chain.model_dump(exclude=ABOUT_PLANNING) == reference.model_dump(exclude=ABOUT_PLANNING)
    assert chain.jobs["retrieve"] == reference.jobs["retrieve"]
    assert list(chain.jobs) == ["retrieve", "validate", "export"]
    assert chain.defences.keys() - reference.defences.keys() == {"dated_name" if variant == "pull" else "flag_last"}
    assert reference.defences.keys() - chain.defences.keys() == {"idempotency_key"}
    assert [str(found) for found in lint(FOLDER / f"{variant}.yaml")] == []


@pytest.mark.parametrize("variant", ["pull", "handoff"])
def test_the_fragile_one_has_no_defence_and_is_about_the_same(variant: str) -> None:
    chain, fragile = (load_chain(FOLDER / f"{variant}{end}.yaml") for end in ("", "_fragile"))
    assert set(fragile.switched_off) == set(chain.defences)
    assert fragile.deadline == chain.deadline
    same = {"name"}
    assert fragile.consumers["planning"].model_dump(exclude=same) == chain.consumers["planning"].model_dump(
        exclude=same
    )


def test_every_scenario_of_theirs_is_about_a_defence_or_has_none() -> None:
    named = {name for name, _, _ in WITHOUT_ITS_DEFENCE}
    of_files = {path.stem for prefix in ("pull", "handoff") for path in _scenarios(prefix)}
    assert named == {name for name in of_files if not name.endswith("_fragile")}


def _scenarios(prefix: str) -> list[Path]:
    return sorted((scenarios() / "consumers").glob(f"{prefix}_*.yaml"))
