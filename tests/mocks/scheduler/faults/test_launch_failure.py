"""A launch that goes wrong: real causes, and a receipt for each."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes

PAGE_START = {"when": "initialization_error", "do": ["page"]}
RESTART = {"when": "initialization_error", "do": ["restart"], "after_ns": minutes(5), "times": 3}
PAGE = {"when": "failed", "do": ["page"]}


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("program_not_found", "program not found: /bin/sh.gone (ENOENT)"),
        ("permission_denied", "permission denied: /bin/sh (EACCES)"),
    ],
)
def test_the_kernel_refuses_the_program(stage: Stage, cause: str, said: str) -> None:
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00"), rules=[PAGE_START]))
    stage.arm("launch", "retrieve", {"cause": cause})
    told = stage.run()
    assert told.final == {"retrieve": "Initialization Error"}
    assert told.causes() == [said]
    assert told.receipts() == 1
    launch = told.history.of("launch", type="fail").first()
    assert launch is not None
    assert (launch.value, launch.error) == ({"job": "retrieve", "attempt": 1}, said)


def test_a_restart_rule_survives_two_failed_launches(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00"), rules=[RESTART, PAGE_START]))
    stage.arm("launch", "retrieve", {"cause": "program_not_found"}, times=2)
    told = stage.run()
    assert [clock(event) for event in told.history.of("launch", type="invoke")] == ["02:00", "02:05", "02:10"]
    assert told.final == {"retrieve": "Finished OK"}
    assert told.pages() == []
    assert told.receipts() == 2


def test_a_job_that_dies_at_once_has_started_and_failed(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00"), rules=[PAGE]))
    stage.arm("launch", "retrieve", {"cause": "dies_at_once"})
    told = stage.run()
    assert told.final == {"retrieve": "Failed"}
    assert told.causes() == ["killed by signal 9 (SIGKILL)"]


def test_a_machine_whose_agent_is_away_is_asked_again_every_minute(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00")))
    stage.arm("launch", "retrieve", {"cause": "agent_away"}, times=3)
    told = stage.run()
    assert told.statuses("retrieve")[:3] == ["Wait Start Time", "Wait Machine", "Attempt to Start"]
    assert told.started("retrieve") == ["02:03"]
    assert told.receipts() == 3
    waiting = told.history.of("status", status="Wait Machine").first()
    assert waiting is not None
    assert waiting.error == "the agent is away: Connection refused (ECONNREFUSED)"
    assert len(told.history.of("launch", type="invoke")) == 1


def test_a_job_whose_machine_does_not_come_back_misses_its_latest_start(stage: Stage) -> None:
    missed = {"when": "missed_start", "do": ["page"]}
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00"), latest_start_ns=at("02:30"), rules=[missed]))
    stage.arm("launch", "retrieve", {"cause": "agent_away"})
    told = stage.run()
    assert told.final == {"retrieve": "Missed Start Time"}
    away = "the agent is away: Connection refused (ECONNREFUSED)"
    assert told.causes() == [f"latest start 02:30 passed while it waited for its machine: {away}"]
    assert told.receipts() == 30


def test_a_fault_of_one_job_leaves_the_others_alone(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00")), stage.job("other", "true", at_ns=at("02:00")))
    stage.arm("launch", "retrieve", {"cause": "program_not_found"})
    assert stage.run().final == {"retrieve": "Initialization Error", "other": "Finished OK"}


def test_an_effect_that_the_scheduler_does_not_know_is_refused(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true"))
    with pytest.raises(AssertionError, match="unknown word 'mood'"):
        stage.arm("launch", "retrieve", {"cause": "mood"})
    with pytest.raises(AssertionError, match="freeze_ns"):
        stage.arm("started", "retrieve", {"freeze_ns": 0})


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
    assert [clock(event) for event in told.history.of("page", type="ok")] == ["02:05"]
    assert told.started("load") == []


def test_a_rule_marks_and_restarts_what_no_agent_has_answered(stage: Stage) -> None:
    rule = {"when": "still_attempting_start", "do": ["mark_failed", "restart"], "times": 1}
    stage.reset(stage.job("load", "echo >> count", at_ns=at("02:00"), rules=[rule, PAGE]))
    (stage.folder / "work" / "count").unlink(missing_ok=True)
    stage.arm("launch", "load", {"cause": "started_unseen"}, times=1)
    told = stage.run()
    assert told.final == {"load": "Finished OK"}
    assert (stage.folder / "work" / "count").read_text() == "\n\n"
    assert "Marked Failed" in told.statuses("load")
    assert told.pages() == []


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
