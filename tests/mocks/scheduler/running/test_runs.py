"""A running job and its limits: max run time, late to finish, and kills."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes

PAGE = {"when": "failed", "do": ["page"]}
RETRY = {"attempts": 2, "every_ns": minutes(10)}


@pytest.fixture(autouse=True)
def _fresh_work_folder(stage: Stage) -> None:
    (stage.folder / "work" / "count").unlink(missing_ok=True)


def test_late_to_finish_flags_a_running_job_which_goes_on(stage: Stage) -> None:
    rule = {"when": "late_to_finish", "do": ["page"]}
    told = stage.night(stage.job("load", "sleep 7200", at_ns=at("02:00"), late_to_finish_ns=at("03:00"), rules=[rule]))
    assert told.statuses("load")[-2:] == ["Job Running; Late to Finish", "Finished OK"]
    assert told.causes() == ["not finished by 03:00"]


def test_a_job_that_finishes_in_time_is_not_flagged(stage: Stage) -> None:
    told = stage.night(stage.job("load", "sleep 60", at_ns=at("02:00"), late_to_finish_ns=at("03:00")))
    assert "Job Running; Late to Finish" not in told.statuses("load")


def test_max_run_time_only_flags_the_job(stage: Stage) -> None:
    told = stage.night(stage.job("retrieve", "sleep 7200", at_ns=at("02:00"), max_run_time_ns=minutes(45)))
    assert [clock(event) for event in told.history.of("overrun")] == ["02:45"]
    assert told.final == {"retrieve": "Finished OK"}
    assert clock(told.history.of("job", type="ok")[0]) == "04:00"


def test_an_overrun_is_paged_while_the_job_goes_on(stage: Stage) -> None:
    page = {"when": "exceeded_max_run_time", "do": ["page"], "after_ns": minutes(15)}
    told = stage.night(
        stage.job("retrieve", "sleep 7200", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=[page])
    )
    assert told.causes() == ["exceeded its max run time of 45m"]
    assert clock(told.history.of("page", type="ok")[0]) == "03:00"
    assert told.final == {"retrieve": "Finished OK"}


def test_a_job_that_ends_in_time_is_not_flagged(stage: Stage) -> None:
    page = {"when": "exceeded_max_run_time", "do": ["page"]}
    told = stage.night(stage.job("retrieve", "sleep 60", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=[page]))
    assert not told.history.of("overrun")
    assert told.pages() == []


def test_kill_and_restart_end_an_overrunning_job_and_start_it_again(stage: Stage) -> None:
    rule = {"when": "exceeded_max_run_time", "do": ["kill", "restart"]}
    told = stage.night(
        stage.job(
            "retrieve",
            "[ -e count ] || { touch count; sleep 7200; }",
            at_ns=at("02:00"),
            max_run_time_ns=minutes(45),
            retry_on_failure=RETRY,
            rules=[rule, PAGE],
        )
    )
    assert told.started("retrieve") == ["02:00", "02:45"]
    assert told.final == {"retrieve": "Finished OK"}
    assert told.pages() == []
    killed = told.history.of("job", type="fail").first()
    assert killed is not None
    assert killed.value == {"job": "retrieve", "attempt": 1, "signal": 9}


def test_a_kill_is_a_failure_that_is_paged_and_not_retried(stage: Stage) -> None:
    rule = {"when": "exceeded_max_run_time", "do": ["kill"]}
    told = stage.night(
        stage.job(
            "retrieve",
            "sleep 7200",
            at_ns=at("02:00"),
            max_run_time_ns=minutes(45),
            retry_on_failure=RETRY,
            rules=[rule, PAGE],
        )
    )
    assert told.started("retrieve") == ["02:00"]
    assert told.causes() == ["killed because it exceeded its max run time of 45m: killed by signal 9 (SIGKILL)"]
    assert "Job Running; To be terminated" in told.statuses("retrieve")


def test_when_the_kills_are_used_up_the_job_runs_on_and_the_owner_is_paged(stage: Stage) -> None:
    rules = [
        {"when": "exceeded_max_run_time", "do": ["kill", "restart"], "times": 1},
        {"when": "exceeded_max_run_time", "do": ["page"]},
    ]
    told = stage.night(stage.job("retrieve", "sleep 7200", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=rules))
    assert told.started("retrieve") == ["02:00", "02:45"]
    assert len(told.pages()) == 1
    assert clock(told.history.of("job", type="ok")[0]) == "04:45"


def test_a_running_job_is_not_restarted_unless_it_is_killed_first(stage: Stage) -> None:
    rule = {"when": "exceeded_max_run_time", "do": ["restart"]}
    told = stage.night(
        stage.job("retrieve", "sleep 7200", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=[rule])
    )
    assert told.started("retrieve") == ["02:00"]
    assert told.final == {"retrieve": "Finished OK"}


def test_what_a_job_leaves_behind_ends_with_it(stage: Stage) -> None:
    told = stage.night(stage.job("retrieve", "sleep 36000 & echo $! > left", at_ns=at("02:00")))
    assert told.final == {"retrieve": "Finished OK"}
    assert told.reason == "asked"
