"""The reference chain on a queue: what it says of itself is so, its defences are missed, and nights repeat."""

from __future__ import annotations

import pytest

from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.content.shipped import fixtures, scenarios
from harness.mocks.consumers.queue.programs import find
from harness.mocks.consumers.queue.unavailable import QueueUnavailable
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.sample import sample

FOLDER = fixtures() / "chains" / "planning_feed"
REFERENCE, CHAIN, FRAGILE = (load_chain(FOLDER / name) for name in ("chain.yaml", "queue.yaml", "queue_fragile.yaml"))

NOTICED_BY = {
    "group_from_start": "lost_group",
    "pending": "taken_and_not_done",
    "count": "out_of_order",
    "idempotency_key": "redelivery",
    "retry": "half_a_file",
    "client_timeout": "hang_after_the_push",
    "rerun": "killed_between_two_pushes",
    "relaunch": "launch_failure",
    "kill_overrun": "worker_overrun",
    "page_with_cause": "out_of_memory_all_night",
    "rename": "quiet_night",
    "fallback": "source_silent_all_night",
}
"""For a defence that has something to do with the queue, the scenario that fails without it."""

REPEATED = ("redelivery", "lost_group", "answer_lost_fragile", "started_twice_side_by_side")

night_of_a_queue = pytest.mark.usefixtures("a_server")


@pytest.fixture
def a_server() -> None:
    try:
        find()
    except QueueUnavailable as why:
        pytest.skip(str(why))


def test_it_passes_the_lint_and_its_twin_has_no_defence() -> None:
    assert [str(found) for found in lint(FOLDER / "queue.yaml")] == []
    assert set(FRAGILE.switched_off) == set(CHAIN.defences)
    assert not any(job.rules or job.retry_on_failure for job in FRAGILE.jobs.values())


def test_it_has_the_defences_of_the_reference_chain_and_three_of_its_own() -> None:
    assert CHAIN.defences.keys() - REFERENCE.defences.keys() == {"group_from_start", "pending", "count"}
    assert CHAIN.defences.keys() >= REFERENCE.defences.keys()
    same = ("timezone", "owner", "deadline", "folders")
    assert all(getattr(CHAIN, name) == getattr(REFERENCE, name) for name in same)
    assert all(CHAIN.jobs[name] == REFERENCE.jobs[name] for name in ("retrieve", "validate"))


@night_of_a_queue
@pytest.mark.parametrize("defence", sample(sorted(NOTICED_BY), {"count", "group_from_start", "pending"}))
def test_a_scenario_fails_when_the_defence_that_it_is_about_is_off(defence: str, night_runner: NightRunner) -> None:
    scenario = load_scenario(scenarios() / "queue" / f"{NOTICED_BY[defence]}.yaml")
    assert not night_runner.run(scenario).mismatches
    off = (*scenario.chain.switched_off, defence)
    assert night_runner.run(scenario.model_copy(update={"chain": CHAIN.without(off)})).mismatches


@night_of_a_queue
@pytest.mark.parametrize("name", sample(REPEATED, {"redelivery"}))
def test_the_same_night_is_the_same_again(name: str, night_runner: NightRunner) -> None:
    scenario = load_scenario(scenarios() / "queue" / f"{name}.yaml")
    assert len({night_runner.run(scenario).digest for _ in range(2)}) == 1
