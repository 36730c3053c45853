"""What follows the end of a run: retries, recurrence, rules, pages, and the traps between them."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, minutes

PAGE = {"when": "failed", "do": ["page"]}
RETRY = {"attempts": 2, "every_ns": minutes(10)}
THIRD_TIME_OK = "n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) > count; [ $n -ge 2 ]"


@pytest.fixture(autouse=True)
def _fresh_work_folder(stage: Stage) -> None:
    (stage.folder / "work" / "count").unlink(missing_ok=True)


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


def test_a_failed_job_is_retried_and_nothing_is_told_before_the_last_attempt(stage: Stage) -> None:
    told = stage.night(
        stage.job("retrieve", THIRD_TIME_OK, at_ns=at("02:00"), retry_on_failure=RETRY, rules=[PAGE]),
        stage.job("publish", "true", after=["retrieve"]),
    )
    assert told.started("retrieve") == ["02:00", "02:10", "02:20"]
    assert told.pages() == []
    assert told.started("publish") == ["02:20"]


def test_rules_act_once_after_the_last_retry(stage: Stage) -> None:
    told = stage.night(
        stage.job("retrieve", "echo no file >&2; exit 3", at_ns=at("02:00"), retry_on_failure=RETRY, rules=[PAGE])
    )
    assert told.started("retrieve") == ["02:00", "02:10", "02:20"]
    assert told.causes() == ["exit 3: no file"]
    assert told.final == {"retrieve": "Failed"}


def test_retry_on_failure_never_retries_an_initialization_error(stage: Stage) -> None:
    page = {"when": "initialization_error", "do": ["page"]}
    told = stage.night(
        stage.job("retrieve", "/nowhere/retrieve", "now", at_ns=at("02:00"), retry_on_failure=RETRY, rules=[page, PAGE])
    )
    assert told.final == {"retrieve": "Initialization Error"}
    assert len(told.history.of("launch", type="invoke")) == 1
    assert told.causes() == ["program not found: /nowhere/retrieve (ENOENT)"]


def test_a_retry_is_qualified_again_and_may_miss_its_latest_start(stage: Stage) -> None:
    told = stage.night(
        stage.job("retrieve", "exit 1", at_ns=at("02:00"), latest_start_ns=at("02:15"), retry_on_failure=RETRY)
    )
    assert told.started("retrieve") == ["02:00", "02:10"]
    assert told.final == {"retrieve": "Missed Start Time"}


def test_a_restart_rule_starts_a_failed_job_again_after_its_wait(stage: Stage) -> None:
    restart = {"when": "failed", "do": ["restart"], "after_ns": minutes(5), "times": 3}
    told = stage.night(stage.job("retrieve", THIRD_TIME_OK, at_ns=at("02:00"), rules=[restart, PAGE]))
    assert told.started("retrieve") == ["02:00", "02:05", "02:10"]
    assert told.final == {"retrieve": "Finished OK"}
    assert told.pages() == []
    assert len(told.history.of("rule", when="failed")) == 2


def test_the_owner_is_paged_once_when_the_restarts_are_used_up(stage: Stage) -> None:
    restart = {"when": "failed", "do": ["restart"], "after_ns": minutes(5), "times": 2}
    told = stage.night(stage.job("retrieve", "exit 4", at_ns=at("02:00"), rules=[PAGE, restart], owner="night-shift"))
    assert told.started("retrieve") == ["02:00", "02:05", "02:10"]
    assert told.pages() == [
        {
            "owner": "night-shift",
            "job": "retrieve",
            "cause": "exit 4",
            "text": "retrieve of feed failed for 2026-11-23: exit 4",
            "runbook": "runbook.md",
        }
    ]


def test_a_page_in_the_restarting_rule_goes_out_at_every_failure(stage: Stage) -> None:
    both = {"when": "failed", "do": ["page", "restart"], "after_ns": 0, "times": 2}
    told = stage.night(stage.job("retrieve", "exit 4", at_ns=at("02:00"), rules=[both]))
    assert told.causes() == ["exit 4", "exit 4"]
    assert len(told.started("retrieve")) == 3


def test_a_restart_after_the_latest_start_is_a_missed_start(stage: Stage) -> None:
    restart = {"when": "failed", "do": ["restart"], "after_ns": minutes(45)}
    missed = {"when": "missed_start", "do": ["page"]}
    told = stage.night(
        stage.job("retrieve", "exit 1", at_ns=at("02:00"), latest_start_ns=at("02:30"), rules=[restart, missed])
    )
    assert told.final == {"retrieve": "Missed Start Time"}
    assert told.causes() == ["latest start 02:30 passed before it could be started again; before that: exit 1"]


def test_a_missed_start_is_not_restarted_whatever_a_rule_says(stage: Stage) -> None:
    restart = {"when": "missed_start", "do": ["restart", "page"]}
    told = stage.night(stage.job("retrieve", "true", at_ns=at("04:00"), latest_start_ns=at("03:00"), rules=[restart]))
    assert told.started("retrieve") == []
    assert len(told.pages()) == 1
    rule = told.history.of("rule").first()
    assert rule is not None
    assert "cannot be restarted" in str(rule.error)
