"""The folder watch: what becomes visible, under which name, whole or in the making."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from harness.contract.beginnings import DIGITS
from tests.mocks.conftest import NightOfMocks, Played

NAME = "forecast.csv"


@pytest.fixture
def folders(night: NightOfMocks) -> Played:
    night.plan["folders"] = {"landing": [], "archive": []}
    return night.start("folders")


@pytest.fixture
def landing(night: NightOfMocks, folders: Played) -> Path:
    return night.dir / "folders" / "landing"


def told(night: NightOfMocks, folders: Played) -> list[tuple[str, str, str, str | None]]:
    """Type, action, name and how, of everything so far, but for what there is at the end."""
    folders.done("POST", "settle")
    return [
        (event.type, event.action, f"{event.value['folder']}/{event.value['name']}", event.value.get("how"))
        for event in night.history("folders")
        if event.action != "keeps"
    ]


def whole(content: bytes) -> dict[str, Any]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_a_file_written_in_place_is_visible_before_it_is_closed(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    with (landing / NAME).open("wb") as file:
        file.write(b"half")
        file.flush()
        assert told(night, folders) == [("invoke", "write", f"landing/{NAME}", None)]
        file.write(b" and half")
    assert told(night, folders)[1:] == [("ok", "write", f"landing/{NAME}", "closed")]
    assert whole(b"half and half").items() <= night.events("write")[1][1].items()


def test_a_file_renamed_into_place_appears_whole(night: NightOfMocks, folders: Played, landing: Path) -> None:
    part = landing / f".{NAME}.part"
    part.write_bytes(b"all of it")
    part.rename(landing / NAME)
    assert told(night, folders) == [
        ("invoke", "write", f"landing/.{NAME}.part", None),
        ("ok", "write", f"landing/.{NAME}.part", "closed"),
        ("info", "remove", f"landing/.{NAME}.part", None),
        ("ok", "write", f"landing/{NAME}", "renamed"),
    ]
    assert night.events("write")[-1][1] == {"folder": "landing", "name": NAME, "how": "renamed"} | whole(b"all of it")


def test_a_file_that_moves_between_folders_leaves_one_and_appears_in_the_other(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    (landing / NAME).write_bytes(b"x")
    told(night, folders)
    (landing / NAME).rename(landing.parent / "archive" / NAME)
    assert told(night, folders)[2:] == [
        ("info", "remove", f"landing/{NAME}", None),
        ("ok", "write", f"archive/{NAME}", "renamed"),
    ]


def test_a_file_renamed_in_from_elsewhere_and_removed_is_told(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    (night.dir / "elsewhere").write_bytes(b"x")
    (night.dir / "elsewhere").rename(landing / NAME)
    assert told(night, folders) == [("ok", "write", f"landing/{NAME}", "renamed")]
    (landing / NAME).unlink()
    assert told(night, folders)[1:] == [("info", "remove", f"landing/{NAME}", None)]


def test_a_file_written_anew_in_its_place_is_in_the_making_again(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    (landing / NAME).write_bytes(b"first")
    told(night, folders)
    (landing / NAME).write_bytes(b"second")
    assert told(night, folders)[2:] == [
        ("invoke", "write", f"landing/{NAME}", None),
        ("ok", "write", f"landing/{NAME}", "closed"),
    ]
    assert night.events("write")[-1][1]["sha256"] == hashlib.sha256(b"second").hexdigest()


def test_reading_a_file_is_no_event(night: NightOfMocks, folders: Played, landing: Path) -> None:
    (landing / NAME).write_bytes(b"x")
    before = told(night, folders)
    with (landing / NAME).open("r+b") as file:
        file.read()
    assert told(night, folders) == before


def test_the_content_of_a_renamed_file_is_found_under_its_new_name(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    # The watch is stopped meanwhile, so that it comes to the first event when all has happened.
    os.kill(folders.process.pid, 19)
    (landing / "a").write_bytes(b"moved on")
    (landing / "a").rename(landing / "b")
    (landing / "b").rename(landing.parent / "archive" / "c")
    os.kill(folders.process.pid, 18)
    folders.done("POST", "settle")
    contents = [value for kind, value, _ in night.events("write") if kind == "ok"]
    assert [(value["name"], value["size"]) for value in contents] == [("a", 8), ("b", 8), ("c", 8)]


def test_only_names_that_count_are_read(night: NightOfMocks, folders: Played, landing: Path) -> None:
    night.plan["watch"] = [NAME]
    folders.done("POST", "reset", night.plan)
    (landing / "scratch").write_bytes(b"x")
    (landing / NAME).write_bytes(b"x")
    folders.done("POST", "settle")
    contents = {value["name"]: value["sha256"] for kind, value, _ in night.events("write") if kind == "ok"}
    assert contents == {"scratch": None, NAME: hashlib.sha256(b"x").hexdigest()}


def test_a_directory_made_in_a_folder_is_watched_too(night: NightOfMocks, folders: Played, landing: Path) -> None:
    (landing / "2026" / "11").mkdir(parents=True)
    folders.done("POST", "settle")
    (landing / "2026" / "11" / NAME).write_bytes(b"deep")
    assert told(night, folders) == [
        ("invoke", "write", f"landing/2026/11/{NAME}", None),
        ("ok", "write", f"landing/2026/11/{NAME}", "closed"),
    ]


def test_reset_forgets_what_was_cleared_and_seeded_before_it(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    (landing / "old").write_bytes(b"x")
    (landing / "old").unlink()
    (landing / "seeded").write_bytes(b"x")
    folders.done("POST", "reset", night.plan)
    assert told(night, folders) == []


def test_an_event_is_told_in_the_nights_time_without_being_asked(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    night.job("bash", "-c", f"sleep 3600; exec 3>{landing / NAME}; sleep 600; echo x >&3; exec 3>&-")
    night.run(90)
    opened, closed = (event.at for event in night.history("folders").of("write"))
    assert abs(closed - opened - 600 * 10**9) < 10**9


def kept(night: NightOfMocks, folders: Played) -> dict[str, dict[str, Any]]:
    """What is told of each file at the end."""
    folders.done("POST", "settle")
    return {value["name"]: value for _, value, _ in night.events("keeps")}


def test_a_hard_link_appears_whole(night: NightOfMocks, folders: Played, landing: Path) -> None:
    (landing / "part").write_bytes(b"all of it")
    (landing / NAME).hardlink_to(landing / "part")
    assert told(night, folders)[-2:] == [
        ("invoke", "write", f"landing/{NAME}", None),
        ("ok", "write", f"landing/{NAME}", "linked"),
    ]


def test_all_that_a_folder_holds_is_told_at_the_end(night: NightOfMocks, folders: Played, landing: Path) -> None:
    (landing / "deep").mkdir()
    (landing / "deep" / "report.txt").write_bytes(b"ten rows\n")
    (landing / "get.lock").mkdir()
    (landing / "current").symlink_to("deep")
    os.mkfifo(landing / "pipe")
    found = kept(night, folders)
    assert sorted(found) == ["current", "deep/report.txt", "get.lock/", "pipe"]
    assert found["deep/report.txt"]["content"] == hashlib.sha256(b"ten rows\n").hexdigest()


def test_a_file_that_the_chain_ignores_is_not_told(night: NightOfMocks, folders: Played, landing: Path) -> None:
    night.plan["results"] = {"ignore": ["*.log", "landing/state/*"], "volatile": {}}
    folders.done("POST", "reset", night.plan)
    (landing / "state").mkdir()
    for name in ("run.log", "state/mark.json", NAME):
        (landing / name).write_bytes(b"x")
    assert sorted(kept(night, folders)) == [NAME]


def test_of_another_file_that_is_written_in_its_place_it_is_told_how_it_begins(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    night.plan["watch"] = [NAME]
    night.plan["results"] = {"ignore": ["*.log"], "volatile": {}}
    folders.done("POST", "reset", night.plan)
    for name in (NAME, "report.txt", "run.log"):
        (landing / name).write_bytes(b"all of it")
    told(night, folders)
    ends = {value["name"]: value for kind, value, _ in night.events("write") if kind == "ok"}
    assert ends["report.txt"]["length"] == len(b"all of it")
    assert len(ends["report.txt"]["beginnings"]) == 9 * DIGITS
    assert not any("beginnings" in ends[name] for name in (NAME, "run.log"))


def test_where_the_source_publishes_no_file_it_is_told_of_all(
    night: NightOfMocks, folders: Played, landing: Path
) -> None:
    (landing / "report.txt").write_bytes(b"all of it")
    told(night, folders)
    assert night.plan.get("watch", []) == []
    (end,) = (value for kind, value, _ in night.events("write") if kind == "ok")
    assert end["length"] == len(b"all of it")
