"""When jobs start: times, dependencies, latest start, and the end of the night."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes

PAGE_A_MISS = {"when": "missed_start", "do": ["page"]}


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


def test_what_a_failed_job_leads_to_never_runs_and_the_night_is_complete_without_it(stage: Stage) -> None:
    told = stage.night(
        stage.job("retrieve", "exit 3", at_ns=at("02:00")),
        stage.job("validate", "true", after=["retrieve"]),
        stage.job("publish", "true", after=["validate"]),
    )
    assert told.final == {
        "retrieve": "Failed",
        "validate": "Wait Job Dependency",
        "publish": "Wait Job Dependency",
    }
    schedule = told.history.of("schedule").last()
    assert schedule is not None
    assert (schedule.value["complete"], clock(schedule), told.reason) == (True, "02:00", "asked")


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


def test_a_night_that_is_not_complete_at_its_end_says_how_far_it_came(stage: Stage) -> None:
    told = stage.night(stage.job("retrieve", "sleep 36000", at_ns=at("02:00")), until="06:00")
    schedule = told.history.of("schedule").last()
    assert told.reason == "until"
    assert schedule is not None
    assert schedule.value == {"complete": False, "jobs": {"retrieve": "Job Running"}}


def test_nothing_happens_before_the_start_and_a_reset_forgets_the_last_night(stage: Stage) -> None:
    stage.night(stage.job("yesterday", "exit 1", at_ns=at("02:00")))
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00")))
    assert stage.controller.run(at("05:00")).reason == "stuck"
    assert (stage.folder / "history" / "scheduler.jsonl").read_text() == ""
    assert list(stage.ask("scheduler", "/state", method="GET")["jobs"]) == ["retrieve"]


def test_two_runs_of_a_night_have_one_digest(stage: Stage) -> None:
    restart = {"when": "failed", "do": ["restart"], "after_ns": minutes(5), "times": 2}
    jobs = [
        stage.job("retrieve", "sleep 60; echo gone >&2; exit 2", at_ns=at("02:00"), rules=[restart]),
        stage.job("publish", "true", after=["retrieve"]),
    ]
    assert stage.night(*jobs).history.digest() == stage.night(*jobs).history.digest()
