"""The harness proves itself: a missing defence is noticed, and the same night is the same night again."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.chain.loading import load_chain
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.sample import sample

TOP = Path(__file__).parents[1]
REFERENCE = load_chain(TOP / "fixtures/chains/planning_feed/chain.yaml")

NOTICED_BY = {
    "retry": "waiting/source_silent_for_ten_minutes",
    "retry_after": "access/throttle",
    "wait": "arrival/late_file",
    "page_limit": "access/endless_listing",
    "recheck": "arrival/correction",
    "client_timeout": "waiting/source_hang",
    "checksum": "delivery/cut_inside_the_trailer",
    "business_date": "content/business_date_in_another_time_zone",
    "schema": "content/column_added",
    "unique_keys": "content/duplicate_records",
    "trailer": "delivery/cut_on_a_record_boundary",
    "rename": "delivery/grow_while_read",
    "fallback": "delivery/truncated_all_night",
    "idempotency_key": "waiting/publish_overrun",
    "page_with_cause": "launch/program_gone_for_good",
    "relaunch": "launch/program_not_found",
    "rerun": "launch/dies_at_once",
    "kill_overrun": "waiting/retrieve_overrun",
}
"""For each defence of the reference chain, the scenario that is about it."""

REPEATED = (
    "calm/quiet_night",
    "launch/program_not_found",
    "waiting/publish_overrun",
    "delivery/grow_while_read",
    "schedule/scheduler_restart_mid_job",
    "schedule/two_operators",
)


RACED = (
    "launch/duplicate_launch",
    "launch/duplicate_launch_fragile",
    "launch/duplicate_launch_side_by_side",
    "schedule/cron_restart",
    "waiting/cron_source_hang_fragile",
    "access/connection_reset_fragile",
    "consumers/consumer_slow",
)
"""Two processes at one neighbour, several jobs at one minute, what a client has read when it is reset, and a request
that is carried out after its client has given it up."""


def test_every_defence_of_the_reference_chain_is_what_some_scenario_is_about() -> None:
    assert set(NOTICED_BY) == set(REFERENCE.defences)


@pytest.mark.parametrize("defence", sample(sorted(NOTICED_BY), {"checksum", "relaunch"}))
def test_a_scenario_fails_when_the_defence_that_it_is_about_is_off(defence: str, night_runner: NightRunner) -> None:
    scenario = load_scenario(TOP / "scenarios" / f"{NOTICED_BY[defence]}.yaml")
    assert not night_runner.run(scenario).mismatches
    without = scenario.model_copy(update={"chain": scenario.chain.without(defence)})
    assert night_runner.run(without).mismatches


@pytest.mark.parametrize("name", sample(RACED, RACED[2::3]))
def test_what_would_race_in_one_instant_is_the_same_three_times(name: str, night_runner: NightRunner) -> None:
    scenario = load_scenario(TOP / "scenarios" / f"{name}.yaml")
    assert len({night_runner.run(scenario).digest for _ in range(3)}) == 1


@pytest.mark.parametrize("name", sample(REPEATED, {"launch/program_not_found"}))
def test_the_same_scenario_and_seed_give_the_same_history(name: str, night_runner: NightRunner) -> None:
    scenario = load_scenario(TOP / "scenarios" / f"{name}.yaml")
    first, again = night_runner.run(scenario), night_runner.run(scenario)
    assert first.history.digest() == again.history.digest()
    other = night_runner.run(scenario.model_copy(update={"seed": 1}))
    assert other.outcome is first.outcome
    assert other.history.digest() != first.history.digest()
