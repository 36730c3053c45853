"""A job is struck at a place of its work: the byte is written and the next is not, the file has its name or has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clock.needed import needs
from tests.mocks.scheduler.scheduler_stage import Stage, Told, at, clock, minutes

CRASH = {"signal": 9, "after_ns": 0}


@pytest.fixture
def landing(stage: Stage) -> Path:
    folder = stage.folder / "work" / "landing"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    (stage.folder / "work" / "from").write_bytes(bytes(range(250)) * 40)
    return folder


def night(stage: Stage, landing: Path, script: str, place: dict[str, Any], by: Any = None, **trigger: Any) -> Told:
    retry = {"attempts": 1, "every_ns": minutes(10)}
    job = stage.job("load", script, at_ns=at("02:00"), retry_on_failure=retry)
    stage.reset(job, folder_paths={"landing": str(landing)})
    whole = {"folder": "landing", "name": "*"} | place
    stage.arm("place", "load", {"place": whole, "by": by or CRASH}, **trigger)
    return stage.run()


PYTHON = 'python3 -c \'import os, sys; data = open("from", "rb").read(); {}\''
WAYS = {
    "cat": "cat from > landing/a",
    "cp": "cp from landing/a",
    "dd": "dd if=from of=landing/a bs=1000 status=none",
    "python": PYTHON.format('file = open("landing/a", "wb"); [file.write(data[i:i+7]) for i in range(0, 10000, 7)]'),
    "os.write": PYTHON.format('os.write(os.open("landing/a", os.O_CREAT | os.O_WRONLY), data)'),
    "pwrite": PYTHON.format('os.pwrite(os.open("landing/a", os.O_CREAT | os.O_WRONLY), data, 0)'),
    "writev": PYTHON.format('os.writev(os.open("landing/a", os.O_CREAT | os.O_WRONLY), [data])'),
    "sendfile": PYTHON.format(
        'os.sendfile(os.open("landing/a", os.O_CREAT | os.O_WRONLY), os.open("from", os.O_RDONLY), 0, 10000)'
    ),
    "head and tail": "head -c 3000 from > landing/a; tail -c +3001 from >> landing/a",
    "append": "dd if=from bs=3000 count=1 of=landing/a status=none; cat from >> landing/a",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_job_is_ended_when_its_byte_is_written_and_not_one_more(stage: Stage, landing: Path, way: str) -> None:
    told = night(stage, landing, f"{WAYS[way]}; touch went_on", {"byte": 5001}, times=2)
    assert told.started("load") == ["02:00", "02:10"]
    assert (landing / "a").stat().st_size == 5001
    assert not (stage.folder / "work" / "went_on").exists()
    receipts = [event.value["where"] for event in told.history.of("fault")]
    assert receipts == [{"job": "load", "file": "landing/a", "at": "byte 5001"}] * 2
    assert [event.value["signal"] for event in told.history.of("job", type="fail")] == [9, 9]


def test_a_client_that_downloads_is_ended_at_its_byte(stage: Stage, landing: Path) -> None:
    needs("curl")
    night(stage, landing, "curl -s -o landing/a file://$PWD/from", {"byte": 5001}, times=2)
    assert (landing / "a").stat().st_size == 5001


@pytest.mark.parametrize(("when", "there"), [("before", ["a.part"]), ("after", ["a"])])
@pytest.mark.parametrize(
    "rename", ["mv landing/a.part landing/a", PYTHON.format('os.replace("landing/a.part", "landing/a")')]
)
def test_a_job_is_ended_before_its_file_has_its_name_or_after(
    stage: Stage, landing: Path, rename: str, when: str, there: list[str]
) -> None:
    script = f"cp from landing/a.part; {rename}; cp from landing/late"
    told = night(stage, landing, script, {"rename": when, "name": "a"}, times=2)
    assert sorted(path.name for path in landing.iterdir()) == there
    assert told.receipts() == 2


def test_the_nth_time_and_a_pattern_are_the_triggers_own(stage: Stage, landing: Path) -> None:
    script = "for i in 1 2 3; do cp from landing/$i.csv; cp from landing/$i.txt; done"
    told = night(stage, landing, script, {"byte": 1, "name": "*.csv"}, call=2)
    [receipt] = told.history.of("fault")
    assert receipt.value["where"]["file"] == "landing/2.csv"
    assert told.final == {"load": "Finished OK"}
    assert (landing / "3.txt").exists()


def test_a_frozen_job_goes_on_from_its_byte_as_if_nothing_had_been(stage: Stage, landing: Path) -> None:
    told = night(stage, landing, WAYS["os.write"], {"byte": 5001}, {"freeze_ns": minutes(30)}, times=1)
    assert clock(told.history.of("job", type="ok")[0]) == "02:30"
    assert (landing / "a").read_bytes() == (stage.folder / "work" / "from").read_bytes()


def test_a_job_that_never_comes_there_leaves_no_receipt(stage: Stage, landing: Path) -> None:
    told = night(stage, landing, "cp from landing/a; cp from elsewhere", {"byte": 10_001})
    assert told.final == {"load": "Finished OK"}
    assert told.receipts() == 0


@pytest.mark.parametrize(
    ("place", "said"),
    [({}, "expected byte+folder+name or folder+name+rename"), ({"byte": 0}, "found 0"), ({"rename": "in"}, "in")],
)
def test_a_place_that_cannot_be_is_refused(stage: Stage, place: dict[str, Any], said: str) -> None:
    stage.reset(stage.job("load", "true", at_ns=at("02:00")))
    with pytest.raises(AssertionError) as refused:
        stage.arm("place", "load", {"place": {"folder": "landing", "name": "*"} | place, "by": CRASH})
    assert said in str(refused.value)
