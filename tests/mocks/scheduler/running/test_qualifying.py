"""When jobs start: times, predecessors, latest start, and holds."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes

PAGE_A_MISS = {"when": "missed_start", "do": ["page"]}


def test_a_job_that_is_built_on_hold_waits_for_somebody_and_the_night_is_complete_without_it(stage: Stage) -> None:
    late = {"when": "late", "do": ["page"], "after_ns": minutes(30)}
    told = stage.night(stage.job("load", "true", at_ns=at("02:00"), hold=True, rules=[late]))
    assert told.final == {"load": "On Hold"}
    assert told.causes() == ["not started 30m after its start time 02:00: it is on hold"]


def test_a_job_starts_at_its_time_and_its_successor_when_it_has_finished_ok(stage: Stage) -> None:
    told = stage.night(
        stage.job("retrieve", "sleep 600", at_ns=at("02:00")), stage.job("publish", "true", after=["retrieve"])
    )
    assert told.started("retrieve") == ["02:00"]
    assert told.started("publish") == ["02:10"]
    assert told.statuses("retrieve") == [
        "Wait Start Time", "Attempt to Start", "Start Attempted", "Job Running", "Finished OK",
    ]  # fmt: skip
    assert told.statuses("publish")[0] == "Wait Job Dependency"
    assert told.final == {"retrieve": "Finished OK", "publish": "Finished OK"}
    assert told.reason == "asked"


def test_the_history_carries_opcons_numbers(stage: Stage) -> None:
    told = stage.night(stage.job("retrieve", "true", at_ns=at("02:00")))
    assert [event.value["code"] for event in told.history.of("status")] == [110, 100, 200, 500, 900]
    assert [event.value["attempt"] for event in told.history.of("status")] == [0, 1, 1, 1, 1]


def test_jobs_of_one_moment_start_in_the_order_of_the_plan(stage: Stage) -> None:
    names = ["delta", "alpha", "charlie", "bravo"]
    told = stage.night(*(stage.job(name, "true", at_ns=at("02:00")) for name in names))
    assert [event.value["job"] for event in told.history.of("launch", type="invoke")] == names


def test_a_job_waits_for_all_its_predecessors(stage: Stage) -> None:
    told = stage.night(
        stage.job("one", "sleep 60", at_ns=at("02:00")),
        stage.job("two", "sleep 3600", at_ns=at("02:00")),
        stage.job("both", "true", after=["one", "two"]),
    )
    assert told.started("both") == ["03:00"]


def test_a_job_whose_predecessors_are_late_misses_its_latest_start_and_does_not_run(stage: Stage) -> None:
    told = stage.night(
        stage.job("retrieve", "sleep 7200", at_ns=at("02:00")),
        stage.job("publish", "true", after=["retrieve"], latest_start_ns=at("03:30"), rules=[PAGE_A_MISS]),
    )
    assert told.final["publish"] == "Missed Start Time"
    assert told.started("publish") == []
    assert [clock(event) for event in told.history.of("missed")] == ["03:30"]
    assert told.causes() == ["latest start 03:30 passed while it waited for retrieve"]
    assert told.final["retrieve"] == "Finished OK"


def test_a_job_behind_a_failed_one_still_misses_its_latest_start(stage: Stage) -> None:
    told = stage.night(
        stage.job("retrieve", "exit 1", at_ns=at("02:00")),
        stage.job("publish", "true", after=["retrieve"], latest_start_ns=at("03:30"), rules=[PAGE_A_MISS]),
    )
    assert told.final == {"retrieve": "Failed", "publish": "Missed Start Time"}
    assert told.causes() == ["latest start 03:30 passed while it waited for retrieve, which ended with Failed"]


def test_a_latest_start_is_asked_before_the_start_time(stage: Stage) -> None:
    told = stage.night(stage.job("retrieve", "true", at_ns=at("04:00"), latest_start_ns=at("03:30")))
    assert told.final == {"retrieve": "Missed Start Time"}
    assert [clock(event) for event in told.history.of("missed")] == ["03:30"]


def test_a_job_may_start_at_its_latest_start(stage: Stage) -> None:
    told = stage.night(stage.job("retrieve", "true", at_ns=at("02:00"), latest_start_ns=at("02:00")))
    assert told.final == {"retrieve": "Finished OK"}
