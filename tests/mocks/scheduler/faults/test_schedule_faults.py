"""Faults of the schedule: each acts at its point, leaves a receipt, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes


def test_a_start_time_that_is_noticed_late_may_be_too_late(stage: Stage) -> None:
    late = {"at_ns": at("02:00"), "latest_start_ns": at("03:00")}
    stage.reset(stage.job("in_time", "true", **late), stage.job("missed", "true", **late))
    for job, by in (("in_time", 30), ("missed", 90)):
        order = {"id": f"0:{job}", "fault": "late_start", "point": "start_time", "where": {"job": job}}
        stage.ask("scheduler", "/arm", order | {"effect": {"delay_ns": minutes(by)}, "trigger": {}})
    told = stage.run()
    assert told.started("in_time") == ["02:30"]
    assert told.final["missed"] == "Missed Start Time"


def test_a_job_that_is_released_early_waits_again_when_it_is_retried(stage: Stage) -> None:
    retry = {"attempts": 1, "every_ns": minutes(10)}
    stage.reset(
        stage.job("first", "touch there", at_ns=at("02:00")),
        stage.job("second", "rm there", after=["first"], retry_on_failure=retry),
    )
    (stage.folder / "work" / "there").unlink(missing_ok=True)
    stage.arm("dependency", "second", {"early": True}, times=1)
    told = stage.run()
    assert told.started("second") == ["01:00", "02:00"]
    assert told.final == {"first": "Finished OK", "second": "Finished OK"}


@pytest.mark.parametrize(
    ("effect", "final"),
    [
        ({"hold": True}, {"first": "On Hold", "second": "Wait Job Dependency"}),
        ({"left_out": "no entry"}, {"second": "Finished OK"}),
    ],
)
def test_what_goes_wrong_at_the_build_is_there_when_the_night_begins(
    stage: Stage, effect: dict[str, Any], final: dict[str, str]
) -> None:
    stage.reset(stage.job("first", "true", at_ns=at("02:00")), stage.job("second", "true", after=["first"]))
    stage.arm("build", "first", effect)
    assert stage.run().final == final


def test_a_kill_that_does_not_succeed_leaves_the_job_running(stage: Stage) -> None:
    rule = {"when": "exceeded_max_run_time", "do": ["kill", "restart"]}
    stage.reset(stage.job("load", "sleep 7200", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=[rule]))
    stage.arm("kill", "load", {"ignored": True})
    told = stage.run()
    assert told.statuses("load")[-3:] == ["Job Running; To be terminated", "Job Running", "Finished OK"]
    assert told.started("load") == ["02:00"]
    assert [clock(event) for event in told.history.of("kill", type="fail")] == ["02:45"]


def test_operators_whom_a_fault_calls_in_act_once_each(stage: Stage) -> None:
    two = [
        {"name": name, "when": ["failed"], "jobs": ["load"], "acknowledges_after_ns": minutes(5), "takes_ns": takes}
        | {"do": [action], "times": 1}
        for name, takes, action in (("night", 0, "restart"), ("day", 1_000_000_000, "markFinishedOk"))
    ]
    stage.reset(
        stage.job("load", "[ -e again ] && sleep 600 || { touch again; exit 1; }", at_ns=at("02:00")),
        stage.job("behind", "true", after=["load"]),
    )
    (stage.folder / "work" / "again").unlink(missing_ok=True)
    stage.arm("operators", "load", {"operators": two}, times=1)
    told = stage.run()
    assert told.final == {"load": "Marked Finished OK", "behind": "Finished OK"}
    assert told.started("behind") == ["02:05"]
    assert len(told.history.of("operate", component="operator", type="ok")) == 2


@pytest.mark.parametrize(
    ("point", "effect", "said"),
    [
        ("ended", {"colour": 1}, "expected lost or code"),
        ("start_time", {"delay_ns": 0}, "delay_ns"),
        ("launch", {"cause": "mood"}, "unknown word"),
        ("weather", {"rain": True}, "unknown point"),
    ],
)
def test_an_effect_that_a_point_does_not_know_is_refused(
    stage: Stage, point: str, effect: dict[str, Any], said: str
) -> None:
    stage.reset(stage.job("load", "true"))
    with pytest.raises(AssertionError, match=said):
        stage.arm(point, "load", effect)
