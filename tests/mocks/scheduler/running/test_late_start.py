"""Late to Start flags a job, which may still start."""

from __future__ import annotations

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
    assert [clock(event) for event in told.history.of("page", type="ok")] == ["03:10"]
    assert told.started("second") == ["04:00"]


def test_a_late_start_flags_the_job_which_still_runs(stage: Stage) -> None:
    late = {"when": "late", "do": ["page"], "after_ns": minutes(30)}
    told = stage.night(
        stage.job("retrieve", "sleep 3600", at_ns=at("02:00")),
        stage.job("publish", "true", at_ns=at("02:00"), after=["retrieve"], rules=[late]),
    )
    assert "Late to Start" in told.statuses("publish")
    assert told.causes() == ["not started 30m after its start time 02:00: it waits for retrieve"]
    assert told.final["publish"] == "Finished OK"


def test_a_late_rule_says_nothing_of_a_job_that_started_in_time(stage: Stage) -> None:
    late = {"when": "late", "do": ["page"], "after_ns": minutes(30)}
    told = stage.night(stage.job("retrieve", "sleep 3600", at_ns=at("02:00"), rules=[late]))
    assert told.pages() == []
