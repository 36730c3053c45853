"""The file-arrival job: which file counts, and with which exit codes it fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, minutes


def _arrival(stage: Stage, **changes: object) -> dict[str, object]:
    arrival: dict[str, object] = {"file": f"{stage.folder}/work/in/feed_*.csv", "created_from_ns": None}
    arrival |= {"created_until_ns": None, "until_ns": at("04:00"), "stable_for_ns": minutes(1), "subfolders": False}
    return arrival | changes


@pytest.fixture
def inbox(stage: Stage) -> str:
    folder = stage.folder / "work" / "in"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    return str(folder)


def test_a_file_that_grows_counts_only_when_it_has_lain_still(stage: Stage, inbox: str) -> None:
    script = f"for n in 1 2 3; do echo row >> {inbox}/feed_1.csv; sleep 50; done"
    told = stage.night(
        stage.job("send", script, at_ns=at("02:00")),
        stage.job("arrival", run=[], file_arrival=_arrival(stage), at_ns=at("01:30")),
        stage.job("load", "true", after=["arrival"]),
    )
    assert told.final["arrival"] == "Finished OK"
    assert told.started("load")[0] >= "02:02"


@pytest.mark.parametrize(
    ("files", "changes", "code", "means"),
    [
        ([], {}, 1, "file not found"),
        ([], {"file": "/nowhere/feed_*.csv"}, 2, "path not found"),
        (["feed_old.csv"], {"created_from_ns": at("01:00")}, 3, "file found, but its creation date is out of range"),
    ],
)
def test_a_file_arrival_fails_with_the_vendors_exit_codes(
    stage: Stage, inbox: str, files: list[str], changes: dict[str, object], code: int, means: str
) -> None:
    rule = {"when": "failed", "do": ["page"]}
    stage.reset(stage.job("arrival", run=[], file_arrival=_arrival(stage, **changes), at_ns=at("02:00"), rules=[rule]))
    for name in files:
        path = Path(inbox) / name
        path.write_text("row\n")
        os.utime(path, ns=(at("00:30"), at("00:30")))
    told = stage.run()
    assert told.causes() == [f"exit {code}: {means}"]
    ended = told.history.of("job", type="fail").first()
    assert ended is not None
    assert ended.value["exit"] == code
