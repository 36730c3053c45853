"""Faults of the schedule and of what the scheduler is told: each acts at its point, leaves a receipt, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes

PAGE = {"when": "failed", "do": ["page"]}


def test_a_job_that_is_never_submitted_stays_released_until_the_fault_is_over(stage: Stage) -> None:
    stage.reset(stage.job("load", "true", at_ns=at("02:00")))
    stage.arm("launch", "load", {"cause": "never_submitted"}, until_ns=at("02:12"))
    told = stage.run()
    assert told.statuses("load")[1] == "Released"
    assert told.started("load") == ["02:15"]
    assert told.receipts() == 3


def test_an_order_that_is_lost_is_still_attempting_start_after_five_minutes_and_for_ever(stage: Stage) -> None:
    page = {"when": "still_attempting_start", "do": ["page"]}
    retry = {"attempts": 3, "every_ns": minutes(1)}
    stage.reset(stage.job("load", "true", at_ns=at("02:00"), rules=[page], retry_on_failure=retry))
    stage.arm("launch", "load", {"cause": "start_lost"})
    told = stage.run()
    assert told.reason == "stuck"
    assert told.statuses("load")[-2:] == ["Start Attempted", "Still Attempting Start"]
    assert [clock(event) for event in told.history.of("page")] == ["02:05"]
    assert told.started("load") == []


def test_a_rule_marks_and_restarts_what_nobody_has_answered(stage: Stage) -> None:
    rule = {"when": "still_attempting_start", "do": ["mark_failed", "restart"], "times": 1}
    stage.reset(stage.job("load", "echo >> count", at_ns=at("02:00"), rules=[rule, PAGE]))
    (stage.folder / "work" / "count").unlink(missing_ok=True)
    stage.arm("launch", "load", {"cause": "started_unseen"}, times=1)
    told = stage.run()
    assert told.final == {"load": "Finished OK"}
    assert (stage.folder / "work" / "count").read_text() == "\n\n"
    assert "Marked Failed" in told.statuses("load")
    assert told.pages() == []


def test_a_job_whose_end_is_lost_is_killed_at_its_max_run_time_although_it_has_gone(stage: Stage) -> None:
    rule = {"when": "exceeded_max_run_time", "do": ["kill", "restart"]}
    stage.reset(stage.job("load", "true", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=[rule]))
    stage.arm("ended", "load", {"lost": True}, times=1)
    told = stage.run()
    assert told.started("load") == ["02:00", "02:45"]
    assert told.final == {"load": "Finished OK"}


@pytest.mark.parametrize(
    ("script", "code", "final", "receipts"),
    [
        ("true", 1, "Failed", 1),
        ("exit 3", 1, "Failed", 0),
        ("exit 3", 0, "Finished OK", 1),
        ("kill -9 $$", 0, "Failed", 0),
    ],
)
def test_another_exit_code_is_told_only_where_that_changes_the_verdict(
    stage: Stage, script: str, code: int, final: str, receipts: int
) -> None:
    stage.reset(stage.job("load", script, at_ns=at("02:00")))
    stage.arm("ended", "load", {"code": code})
    told = stage.run()
    assert (told.final["load"], told.receipts()) == (final, receipts)


def test_a_job_that_does_nothing_says_ok(stage: Stage) -> None:
    stage.reset(stage.job("load", "exit 9", at_ns=at("02:00")))
    stage.arm("launch", "load", {"cause": "does_nothing"})
    assert stage.run().final == {"load": "Finished OK"}


def test_a_job_that_is_launched_twice_runs_twice_and_is_known_once(stage: Stage) -> None:
    stage.reset(stage.job("load", "echo >> twice; sleep 60", at_ns=at("02:00")))
    (stage.folder / "work" / "twice").unlink(missing_ok=True)
    stage.arm("launch", "load", {"cause": "duplicate"})
    told = stage.run()
    assert (stage.folder / "work" / "twice").read_text() == "\n\n"
    assert len(told.history.of("launch", type="ok")) == 1


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("bad_user", "the agent cannot log on as the job's user: unknown user or bad password (EPERM)"),
        ("no_slot", "no slot: the agent cannot start another process (EAGAIN)"),
    ],
)
def test_what_an_agent_refuses_is_an_initialization_error(stage: Stage, cause: str, said: str) -> None:
    page = {"when": "initialization_error", "do": ["page"]}
    stage.reset(stage.job("load", "true", at_ns=at("02:00"), rules=[page]))
    stage.arm("launch", "load", {"cause": cause})
    told = stage.run()
    assert (told.final, told.causes()) == ({"load": "Initialization Error"}, [said])


@pytest.mark.parametrize(("number", "name"), [(11, "SIGSEGV"), (6, "SIGABRT"), (9, "SIGKILL")])
def test_a_signal_ends_a_running_job(stage: Stage, number: int, name: str) -> None:
    stage.reset(stage.job("load", "sleep 3600", at_ns=at("02:00"), rules=[PAGE]))
    stage.arm("started", "load", {"signal": number, "after_ns": minutes(10)})
    told = stage.run()
    assert [clock(event) for event in told.history.of("job", type="fail")] == ["02:10"]
    assert name in told.causes()[0]


def test_a_machine_that_is_down_takes_no_job_and_tells_of_none_until_it_is_back(stage: Stage) -> None:
    stage.reset(stage.job("running", "sleep 600", at_ns=at("02:00")), stage.job("waiting", "true", at_ns=at("02:05")))
    for job in ("running", "waiting"):
        order = {"id": f"0:{job}", "fault": "agent_outage", "point": "machine", "where": {"job": job}}
        effect = {"why": "the agent is down", "flap_ns": 0, "tells": False}
        window = {"at_ns": at("02:02"), "until_ns": at("02:30")}
        stage.ask("scheduler", "/arm", order | {"effect": effect, "trigger": window})
    told = stage.run()
    assert [clock(event) for event in told.history.of("job", job="running")] == ["02:30"]
    assert told.started("waiting") == ["02:30"]
    waiting = told.history.of("status", status="Wait Machine").first()
    assert waiting is not None
    assert waiting.error == "the agent is down"


def test_a_flapping_machine_takes_jobs_every_other_while(stage: Stage) -> None:
    stage.reset(*(stage.job(f"job{n}", "true", at_ns=at("02:00") + minutes(10 * n)) for n in range(4)))
    order = {"id": "0:flap", "fault": "agent_outage", "point": "machine", "where": {"machine": "agent"}}
    effect = {"why": "the agent is flapping", "flap_ns": minutes(20), "tells": False}
    stage.ask("scheduler", "/arm", order | {"effect": effect, "trigger": {"at_ns": at("02:00")}})
    told = stage.run()
    assert [told.started(f"job{n}")[0] for n in range(4)] == ["02:20", "02:20", "02:20", "02:30"]


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
