"""The end of the night, and what is recorded of it."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes


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
