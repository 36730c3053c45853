"""People at the scheduler: what they do goes through the same actions."""

from __future__ import annotations

from typing import Any, get_args

from harness.chain.job import EventWhen, When
from harness.mocks.scheduler.outside.actions import ALLOWED
from harness.mocks.scheduler.outside.opcon_events import TRIGGERS
from harness.scenario.operators import JobAction
from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes


def operator(**changes: Any) -> dict[str, Any]:
    made = {"name": "night shift", "when": ["failed"], "jobs": ["load"], "acknowledges_after_ns": minutes(20)}
    return made | {"takes_ns": minutes(5), "do": ["restart"], "times": 1} | changes


def test_scenarios_and_the_scheduler_know_the_same_actions_and_events() -> None:
    assert set(get_args(JobAction)) == set(ALLOWED)
    known = {name for kind in get_args(EventWhen) for name in (get_args(kind) or (kind,))}
    assert known | set(get_args(When)) == set(TRIGGERS)


def test_an_operator_acknowledges_and_restarts_the_job(stage: Stage) -> None:
    stage.reset(stage.job("load", "[ -e done ] || { touch done; exit 1; }", at_ns=at("02:00")), operators=[operator()])
    (stage.folder / "work" / "done").unlink(missing_ok=True)
    told = stage.run()
    assert told.started("load") == ["02:00", "02:25"]
    assert [clock(event) for event in told.history.of("acknowledge", component="operator")] == ["02:20"]
    [act] = told.history.of("operate", component="operator", type="ok")
    assert act.value == {"operator": "night shift", "job": "load", "action": "restart"}
    assert told.final == {"load": "Finished OK"}


def test_the_second_of_two_operators_finds_that_the_job_runs_already(stage: Stage) -> None:
    stage.reset(
        stage.job("load", "sleep 600; exit 1", at_ns=at("02:00")),
        operators=[operator(), operator(name="day shift", acknowledges_after_ns=minutes(21))],
    )
    told = stage.run()
    refused = told.history.of("operate", component="operator", type="fail").first()
    assert refused is not None
    assert "load is Job Running; restart is allowed when" in str(refused.error)


def test_an_operator_cares_for_their_own_jobs_only_and_reacts_so_often(stage: Stage) -> None:
    stage.reset(
        stage.job("load", "exit 1", at_ns=at("02:00")),
        stage.job("other", "exit 1", at_ns=at("02:00")),
        operators=[operator(times=2)],
    )
    told = stage.run()
    assert (len(told.started("load")), len(told.started("other"))) == (3, 1)
