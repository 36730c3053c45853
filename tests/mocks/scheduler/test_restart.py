"""The scheduler is killed in mid-night and started again: it goes on from what it had stored."""

from __future__ import annotations

import signal
import sys
from typing import Any

import pytest

from harness.clock.library import preload_environment
from tests.calibration import patience_s
from tests.mocks.scheduler.api.opcon_client import OpConClient
from tests.mocks.scheduler.scheduler_stage import REPOSITORY, Stage, at, clock, minutes, wait_for_sockets


def restart(stage: Stage, when: str = "02:05", down: float = 30) -> None:
    order = {"id": "0:scheduler_restart", "fault": "scheduler_restart", "point": "scheduler", "where": {}}
    effect = {"down_ns": minutes(down)}
    stage.ask("scheduler", "/arm", order | {"effect": effect, "trigger": {"at_ns": at(when)}})


PAGE = {"when": "failed", "do": ["page"], "after_ns": minutes(30)}


def test_what_runs_goes_on_and_what_was_due_meanwhile_starts_late(stage: Stage) -> None:
    stage.reset(
        stage.job("short", "sleep 600; exit 3", at_ns=at("02:00"), rules=[{"when": "failed", "do": ["page"]}]),
        stage.job("long", "sleep 7200", at_ns=at("02:00"), max_run_time_ns=minutes(60)),
        stage.job("due", "true", at_ns=at("02:20")),
        stage.job("behind", "true", after=["long"]),
    )
    restart(stage)
    told = stage.run()
    assert [(clock(event), event.value["running"]) for event in told.history.of("service")] == [
        ("02:05", False), ("02:35", True),
    ]  # fmt: skip
    assert told.started("due") == ["02:35"]
    assert [clock(event) for event in told.history.of("job", job="short")] == ["02:35"]
    assert [clock(event) for event in told.history.of("overrun", job="long")] == ["03:00"]
    assert (told.started("behind"), told.causes()) == (["04:00"], ["exit 3"])
    assert len(told.history.of("launch", type="invoke", job="long")) == 1
    assert told.receipts() == 1


def test_holds_tokens_thresholds_retries_and_rules_that_wait_survive(stage: Stage) -> None:
    retry = {"attempts": 2, "every_ns": minutes(20)}
    waits = [{"threshold": "rows", "operator": "EQ", "value": 7}]
    stage.reset(
        stage.job("retried", "exit 1", at_ns=at("02:00"), retry_on_failure=retry),
        stage.job("paged", "exit 2", at_ns=at("02:00"), rules=[PAGE]),
        stage.job("held", "true", at_ns=at("02:00"), hold=True),
        stage.job("gated", "true", at_ns=at("03:00"), thresholds=waits),
        thresholds={"rows": 0},
    )
    restart(stage, down=5)
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:01"))
    client = OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}")
    client.log_in()
    client.ask("PUT", "/thresholds/rows", {"value": 7})
    stage.controller.run(at("02:15"), runaway_s=patience_s())
    assert client.job("20261123|1|1|held")["status"]["description"] == "On Hold"
    assert client.logins == 1
    told = stage.finish()
    assert told.started("retried") == ["02:00", "02:20", "02:40"]
    assert [clock(event) for event in told.history.of("page", type="ok")] == ["02:30"]
    assert told.final == {"retried": "Failed", "paged": "Failed", "held": "On Hold", "gated": "Finished OK"}


@pytest.mark.exhaustive
def test_a_rule_that_waits_beside_a_running_job_survives(stage: Stage) -> None:
    kill = {"when": "exceeded_max_run_time", "do": ["kill"], "after_ns": minutes(20), "times": 1}
    stage.reset(
        stage.job("load", "sleep 7200", at_ns=at("02:00"), max_run_time_ns=minutes(10), rules=[kill]),
    )
    restart(stage, "02:15", down=5)
    told = stage.run()
    assert [clock(event) for event in told.history.of("overrun")] == ["02:10"]
    assert [clock(event) for event in told.history.of("job", type="fail")] == ["02:30"]


def test_what_an_operator_was_about_to_do_is_done(stage: Stage) -> None:
    operator = {"name": "night-shift", "when": ["failed"], "do": ["restart"], "times": 1}
    operator |= {"jobs": [], "acknowledges_after_ns": minutes(10), "takes_ns": minutes(30)}
    script = "[ -e repaired ] || { touch repaired; exit 1; }"
    stage.reset(stage.job("load", script, at_ns=at("02:00")), operators=[operator])
    (stage.folder / "work" / "repaired").unlink(missing_ok=True)
    restart(stage, "02:05", down=30)
    told = stage.run()
    assert [clock(event) for event in told.history.of("acknowledge")] == ["02:35"]
    assert told.started("load") == ["02:00", "03:05"]
    assert told.final == {"load": "Finished OK"}


@pytest.mark.exhaustive
def test_an_action_can_be_asked_about_by_its_id(stage: Stage) -> None:
    stage.reset(*(stage.job(name, "sleep 3600", at_ns=at("02:00")) for name in ("load", "other")))
    restart(stage, "02:05", down=5)
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:01"))
    client = OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}")
    client.log_in()
    body = {"action": "markFinishedOk", "jobs": [{"id": "20261123|1|1|load"}]}
    sent = client.ask("POST", "/jobactions", body)
    stage.controller.run(at("02:15"), runaway_s=patience_s())
    assert client.ask("GET", f"/jobactions/{sent['id']}")["result"] == sent["result"] == "success"
    assert client.ask("POST", "/jobactions", body)["id"] != sent["id"]
    stage.finish()


@pytest.mark.exhaustive
def test_a_job_that_a_fault_has_frozen_thaws_and_one_that_it_is_to_crash_is_crashed(stage: Stage) -> None:
    stage.reset(
        stage.job("frozen", "sleep 60; exit 4", at_ns=at("02:00")),
        stage.job("crashed", "sleep 7200", at_ns=at("02:00")),
    )
    stage.arm("started", "frozen", {"freeze_ns": minutes(60)})
    stage.ask(
        "scheduler",
        "/arm",
        {"id": "1:job_crash", "fault": "job_crash", "point": "started", "where": {"job": "crashed"}}
        | {"effect": {"signal": signal.SIGKILL, "after_ns": minutes(40)}, "trigger": {}},
    )
    restart(stage, "02:05", down=10)
    told = stage.run()
    ended = {event.value["job"]: clock(event) for event in told.history.of("job", type="fail")}
    assert ended == {"frozen": "03:01", "crashed": "02:40"}


@pytest.mark.exhaustive
def test_a_bad_disk_that_refused_something_before_the_end_has_acted(stage: Stage) -> None:
    landing = stage.folder / "work" / "landing"
    landing.mkdir(exist_ok=True)
    script = "dd if=/dev/zero of=landing/a bs=100 count=5 status=none || sleep 1800"
    stage.reset(stage.job("load", script, at_ns=at("02:00")), folder_paths={"landing": str(landing)})
    stage.arm("disk", "load", {"folder": "landing", "room_bytes": 250})
    restart(stage, "02:05", down=5)
    told = stage.run()
    assert sorted(event.value["point"] for event in told.history.of("fault")) == ["disk", "scheduler"]


def test_a_place_that_a_job_comes_to_after_the_restart_has_its_fault(stage: Stage) -> None:
    landing = stage.folder / "work" / "landing"
    landing.mkdir(exist_ok=True)
    script = "sleep 1800; dd if=/dev/zero of=landing/a bs=100 count=5 status=none"
    stage.reset(stage.job("load", script, at_ns=at("02:00")), folder_paths={"landing": str(landing)})
    place = {"folder": "landing", "name": "a", "byte": 250}
    stage.arm("place", "load", {"place": place, "by": {"signal": signal.SIGKILL, "after_ns": 0}})
    restart(stage, "02:05", down=5)
    told = stage.run()
    assert [event.value["signal"] for event in told.history.of("job", type="fail")] == [signal.SIGKILL]
    assert (landing / "a").stat().st_size == 250


def test_a_scheduler_that_is_killed_from_outside_finds_its_jobs_lost(stage: Stage) -> None:
    restarts = {"when": "failed", "do": ["restart"], "times": 1}
    stage.reset(
        stage.job("load", "[ -e begun ] || { touch begun; sleep 36000; }", at_ns=at("02:00"), rules=[restarts]),
        stage.job("behind", "true", after=["load"]),
    )
    (stage.folder / "work" / "begun").unlink(missing_ok=True)
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:30"))
    command = [sys.executable, "-m", "harness.mocks.scheduler", "--dir", str(stage.folder)]
    killed = next(one for one in stage.processes if one.args == command)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    stage.processes.remove(killed)
    (stage.folder / "control" / "scheduler.sock").unlink()
    environment: dict[str, Any] = {name: stage.environment[name] for name in ("PATH", "LC_ALL")}
    environment |= {"PYTHONPATH": str(REPOSITORY)} | preload_environment(stage.folder / "page", "scheduler")
    stage.start("scheduler", command, environment)
    wait_for_sockets(stage)
    stage.controller.exclude_children(but=[process.pid for process in stage.processes])
    told = stage.finish()
    lost = told.history.of("job", type="fail", job="load").first()
    assert lost is not None
    assert "no agent knows of it" in str(lost.error)
    assert told.final == {"load": "Finished OK", "behind": "Finished OK"}


def test_a_night_that_ends_before_the_scheduler_is_back_leaves_nothing_to_the_next(stage: Stage) -> None:
    stage.reset(stage.job("load", "sleep 3600", at_ns=at("02:00")))
    restart(stage, down=600)
    stage.ask("scheduler", "/start")
    stage.controller.run(at("05:00"), runaway_s=patience_s())
    stage.ask("scheduler", "/settle")
    told = stage.night(stage.job("other", "true", at_ns=at("02:00")))
    assert told.final == {"other": "Finished OK"}
    assert OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}").ask("GET", "/version")
