"""Faults of the running job: real signals, and a receipt for each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.calibration import patience_s
from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes


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


PAGE = {"when": "failed", "do": ["page"]}


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


def test_an_event_that_fires_a_freeze_returns_when_the_job_stands_still(stage: Stage) -> None:
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


def test_an_event_that_fires_a_crash_returns_when_the_job_is_dead(stage: Stage) -> None:
    stage.reset(stage.job("publish", "sleep", "36000", at_ns=at("02:00")))
    stage.arm("started", "publish", {"signal": 9, "after_ns": 0}, on={"component": "planning", "action": "batch"})
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:10"))
    pid = _pid_of(stage, "publish")
    stage.ask("scheduler", "/fire/0:started")
    assert not Path(f"/proc/{pid}").exists() or _state(pid) in "ZX"
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


@pytest.mark.parametrize(("number", "name"), [(11, "SIGSEGV"), (6, "SIGABRT"), (9, "SIGKILL")])
def test_a_signal_ends_a_running_job(stage: Stage, number: int, name: str) -> None:
    stage.reset(stage.job("load", "sleep 3600", at_ns=at("02:00"), rules=[PAGE]))
    stage.arm("started", "load", {"signal": number, "after_ns": minutes(10)})
    told = stage.run()
    assert [clock(event) for event in told.history.of("job", type="fail")] == ["02:10"]
    assert name in told.causes()[0]
