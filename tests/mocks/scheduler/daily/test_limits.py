"""Flags and limits: late to start, late to finish, recurrence, pre-run, holds, steps, and file arrival."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes


def test_late_to_start_flags_a_waiting_job_and_the_rule_counts_from_there(stage: Stage) -> None:
    told = stage.night(
        stage.job("first", "sleep 7200", at_ns=at("02:00")),
        stage.job(
            "second", "true", after=["first"], at_ns=at("02:00"), late_to_start_ns=at("03:00"),
            rules=[{"when": "late", "do": ["page"], "after_ns": minutes(10)}],
        ),
    )  # fmt: skip
    [late] = told.history.of("status", job="second", status="Late to Start")
    assert (clock(late), late.value["code"]) == ("03:00", 170)
    assert [clock(event) for event in told.history.of("page")] == ["03:10"]
    assert told.started("second") == ["04:00"]


def test_late_to_finish_flags_a_running_job_which_goes_on(stage: Stage) -> None:
    rule = {"when": "late_to_finish", "do": ["page"]}
    told = stage.night(stage.job("load", "sleep 7200", at_ns=at("02:00"), late_to_finish_ns=at("03:00"), rules=[rule]))
    assert told.statuses("load")[-2:] == ["Job Running; Late to Finish", "Finished OK"]
    assert told.causes() == ["not finished by 03:00"]


def test_a_job_that_finishes_in_time_is_not_flagged(stage: Stage) -> None:
    told = stage.night(stage.job("load", "sleep 60", at_ns=at("02:00"), late_to_finish_ns=at("03:00")))
    assert "Job Running; Late to Finish" not in told.statuses("load")


@pytest.mark.parametrize(
    ("counted", "starts"), [("end", ["02:00", "02:20", "02:40"]), ("start", ["02:00", "02:10", "02:20"])]
)
def test_a_recurring_job_runs_again_and_its_successor_waits_for_the_last_run(
    stage: Stage, counted: str, starts: list[str]
) -> None:
    recurrence = {"runs": 3, "every_ns": minutes(10), "counted_from": counted}
    told = stage.night(
        stage.job("poll", "sleep 600", at_ns=at("02:00"), recurrence=recurrence),
        stage.job("load", "true", after=["poll"]),
    )
    assert told.started("poll") == starts
    assert told.started("load") == [f"02:{int(starts[-1][3:]) + 10:02}"]


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


def test_a_job_that_is_built_on_hold_waits_for_somebody_and_the_night_is_complete_without_it(stage: Stage) -> None:
    late = {"when": "late", "do": ["page"], "after_ns": minutes(30)}
    told = stage.night(stage.job("load", "true", at_ns=at("02:00"), hold=True, rules=[late]))
    assert told.final == {"load": "On Hold"}
    assert told.causes() == ["not started 30m after its start time 02:00: it is on hold"]


def test_a_job_gets_the_step_that_it_is_to_begin_with(stage: Stage) -> None:
    told = stage.night(stage.job("load", "test $RESTART_STEP = 1", at_ns=at("02:00"), steps=["extract", "load"]))
    assert told.final == {"load": "Finished OK"}


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
