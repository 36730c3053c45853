"""Faults of the launch and of the running job: real causes, real signals, a receipt for each."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.calibration import patience_s
from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes

RESTART = {"when": "initialization_error", "do": ["restart"], "after_ns": minutes(5), "times": 3}
PAGE_START = {"when": "initialization_error", "do": ["page"]}
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


def test_a_frozen_job_goes_on_after_its_while(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "sleep", "60", at_ns=at("02:00"), max_run_time_ns=minutes(45)))
    stage.arm("started", "retrieve", {"freeze_ns": minutes(119)})
    told = stage.run()
    assert [clock(event) for event in told.history.of("overrun")] == ["02:45"]
    # 03:59 if a busy machine let it reach its sleep before it was stopped: that sleep has ended meanwhile.
    assert clock(told.history.of("job", type="ok")[0]) in ("03:59", "04:00")
    assert told.receipts() == 1


def test_a_frozen_job_can_be_killed(stage: Stage) -> None:
    rule = {"when": "exceeded_max_run_time", "do": ["kill", "restart"]}
    stage.reset(stage.job("retrieve", "sleep", "60", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=[rule]))
    stage.arm("started", "retrieve", {"freeze_ns": minutes(120)}, times=1)
    told = stage.run()
    assert told.started("retrieve") == ["02:00", "02:45"]
    assert clock(told.history.of("job", type="ok")[0]) == "02:46"


def test_an_event_freezes_the_running_job_once_and_not_its_restart(stage: Stage) -> None:
    rule = {"when": "exceeded_max_run_time", "do": ["kill", "restart"]}
    stage.reset(
        stage.job("publish", "sleep", "1200", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=[rule]),
        stage.job("other", "true", at_ns=at("02:10")),
    )
    event = {"component": "scheduler", "action": "job", "type": "ok", "value": {"job": "other"}}
    stage.arm("started", "publish", {"freeze_ns": minutes(120)}, on=event)
    told = stage.run()
    assert [clock(event) for event in told.history.of("fault")] == ["02:10"]
    assert told.started("publish") == ["02:00", "02:45"]
    assert told.final["publish"] == "Finished OK"


def test_whoever_fires_a_freeze_finds_the_job_standing_still(stage: Stage) -> None:
    stage.reset(stage.job("publish", "sleep", "36000", at_ns=at("02:00")))
    event = {"component": "planning", "action": "batch"}
    stage.arm("started", "publish", {"freeze_ns": minutes(30)}, on=event)
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:10"))
    pid = _pid_of(stage, "publish")
    stage.ask("scheduler", "/fire/0:started")
    assert _state(pid) == "T"
    stage.controller.run(at("02:41"))
    assert _state(pid) == "S"
    stage.ask("scheduler", "/settle")


def test_taking_the_fault_out_lets_a_frozen_job_go_on(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "sleep", "60", at_ns=at("02:00")))
    stage.arm("started", "retrieve", {"freeze_ns": minutes(500)})
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:30"))
    stage.ask("scheduler", "/arm/0:started", method="DELETE")
    stop = stage.controller.run(at("12:00"), runaway_s=patience_s())
    assert stop.reason == "asked", stop.waits
    assert "Finished OK" in (stage.folder / "history" / "scheduler.jsonl").read_text()


def test_an_effect_that_the_scheduler_does_not_know_is_refused(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true"))
    with pytest.raises(AssertionError, match="unknown word 'mood'"):
        stage.arm("launch", "retrieve", {"cause": "mood"})
    with pytest.raises(AssertionError, match="freeze_ns"):
        stage.arm("started", "retrieve", {"freeze_ns": 0})


def test_an_agent_that_is_not_there_without_a_fault_is_an_environment_error(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00"), agent="agent-2"))
    with pytest.raises(AssertionError, match=r"AgentAway: No such file or directory \(ENOENT\)"):
        stage.run()


def test_a_job_in_a_folder_that_is_not_there_is_said_to_be_that(stage: Stage) -> None:
    told = stage.night(stage.job("retrieve", "true", at_ns=at("02:00"), cwd="/nowhere", rules=[PAGE_START]))
    assert told.causes() == ["No such file or directory: /nowhere (ENOENT)"]


def test_an_agent_that_dies_in_the_middle_of_a_job_is_an_environment_error(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "sleep", "36000", at_ns=at("02:00")))
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:10"))
    keeper = int(_stat(_pid_of(stage, "retrieve"))[1])
    os.kill(keeper, signal.SIGKILL)
    assert stage.controller.run(at("12:00"), runaway_s=patience_s()).reason == "asked"
    assert "AgentLost" in (stage.folder / "history" / "scheduler.jsonl").read_text()
    stage.ask("scheduler", "/settle")


def test_a_desk_that_takes_no_page_is_an_environment_error(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "exit 1", at_ns=at("02:00"), rules=[PAGE]))
    desk = stage.folder / "control" / "desk.sock"
    away = desk.rename(desk.with_suffix(".away"))
    try:
        with pytest.raises(AssertionError, match="DeskAway"):
            stage.run()
    finally:
        away.rename(desk)


def _pid_of(stage: Stage, job: str) -> int:
    lines = (stage.folder / "history" / "scheduler.jsonl").read_text().splitlines()
    return next(
        event["value"]["pid"]
        for event in map(json.loads, lines)
        if event["action"] == "launch" and event["type"] == "ok" and event["value"]["job"] == job
    )


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def _state(pid: int) -> str:
    return _stat(pid)[0]
