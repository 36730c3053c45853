"""A bad disk on the landing side: it refuses one launch of a job, and leaves a receipt only if it refused anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, Told, at, clock, minutes


@pytest.fixture
def landing(stage: Stage) -> Path:
    folder = stage.folder / "work" / "landing"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    return folder


def night(stage: Stage, landing: Path, script: str, effect: dict[str, Any], **trigger: Any) -> Told:
    retry = {"attempts": 1, "every_ns": minutes(10)}
    job = stage.job("retrieve", script, at_ns=at("02:00"), retry_on_failure=retry)
    stage.reset(job, folder_paths={"landing": str(landing)})
    stage.arm("disk", "retrieve", {"folder": "landing"} | effect, **trigger)
    return stage.run()


WRITE = "dd if=/dev/zero of=landing/a bs=100 count=5 status=none"


def test_a_full_disk_ends_the_job_and_the_next_start_has_room(stage: Stage, landing: Path) -> None:
    told = night(stage, landing, WRITE, {"room_bytes": 250}, times=1)
    assert told.started("retrieve") == ["02:00", "02:10"]
    [failed] = told.history.of("job", type="fail")
    assert "No space left on device" in str(failed.error)
    assert [clock(event) for event in told.history.of("fault")] == ["02:00"]
    assert told.final == {"retrieve": "Finished OK"}
    assert (landing / "a").stat().st_size == 500


def test_a_disk_that_no_job_writes_to_refuses_nothing_and_leaves_no_receipt(stage: Stage, landing: Path) -> None:
    told = night(stage, landing, "ls landing", {"read_only": True})
    assert told.final == {"retrieve": "Finished OK"}
    assert told.receipts() == 0


def test_a_read_only_disk_refuses_each_start_until_it_is_over(stage: Stage, landing: Path) -> None:
    told = night(stage, landing, WRITE, {"read_only": True}, until_ns=at("02:05"))
    assert told.receipts() == 1
    assert told.final == {"retrieve": "Finished OK"}


def test_taking_the_fault_out_repairs_the_disk_of_a_running_job(stage: Stage, landing: Path) -> None:
    script = f"{WRITE} || sleep 3600; {WRITE}"
    job = stage.job("retrieve", script, at_ns=at("02:00"))
    stage.reset(job, folder_paths={"landing": str(landing)})
    stage.arm("disk", "retrieve", {"folder": "landing", "room_bytes": 0})
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:30"))
    counts = stage.ask("scheduler", "/arm/0:disk", method="DELETE")
    assert counts["acts"] == 1
    stage.controller.run(at("03:30"))
    stage.ask("scheduler", "/settle")
    assert (landing / "a").stat().st_size == 500


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ({}, r"expected folder\+room_bytes or folder\+read_only"),
        ({"room_bytes": 1, "read_only": True}, "unknown key 'read_only'"),
        ({"room_bytes": -1}, "found -1"),
        ({"room_bytes": True}, "found true, expected a whole number"),
    ],
)
def test_a_disk_that_is_neither_full_nor_read_only_is_refused(
    stage: Stage, landing: Path, effect: dict[str, Any], said: str
) -> None:
    with pytest.raises(AssertionError, match=said):
        night(stage, landing, "true", effect)
