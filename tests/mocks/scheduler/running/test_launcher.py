"""Launches: pre-runs, steps, and what an agent that cannot start a job leads to."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.calibration import patience_s
from tests.mocks.scheduler.scheduler_stage import Stage, at

PAGE_START = {"when": "initialization_error", "do": ["page"]}


def _pid_of(stage: Stage, job: str) -> int:
    lines = (stage.folder / "history" / "scheduler.jsonl").read_text().splitlines()
    return next(
        event["value"]["pid"]
        for event in map(json.loads, lines)
        if event["action"] == "launch" and event["type"] == "ok" and event["value"]["job"] == job
    )


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


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


def test_a_pre_run_that_fails_keeps_the_job_from_starting(stage: Stage) -> None:
    rule = {"when": "failed", "do": ["page"]}
    told = stage.night(
        stage.job("load", "echo loaded", at_ns=at("02:00"), prerun=["/bin/sh", "-c", "exit 4"], rules=[rule])
    )
    assert told.statuses("load")[-3:] == ["Prerun Active", "Prerun Failed", "Failed"]
    assert told.causes() == ["the pre-run: exit 4"]
    assert told.started("load") == []


def test_after_a_pre_run_the_job_starts(stage: Stage) -> None:
    told = stage.night(stage.job("load", "true", at_ns=at("02:00"), prerun=["sleep", "600"]))
    assert told.started("load") == ["02:10"]
    assert told.final == {"load": "Finished OK"}


def test_a_job_gets_the_step_that_it_is_to_begin_with(stage: Stage) -> None:
    told = stage.night(stage.job("load", "test $RESTART_STEP = 1", at_ns=at("02:00"), steps=["extract", "load"]))
    assert told.final == {"load": "Finished OK"}
