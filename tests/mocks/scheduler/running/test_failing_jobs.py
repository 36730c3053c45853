"""What follows a failure: retries, rules, max run time, pages, and the traps between them."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes

PAGE = {"when": "failed", "do": ["page"]}
RETRY = {"attempts": 2, "every_ns": minutes(10)}
THIRD_TIME_OK = "n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) > count; [ $n -ge 2 ]"


@pytest.fixture(autouse=True)
def _fresh_work_folder(stage: Stage) -> None:
    (stage.folder / "work" / "count").unlink(missing_ok=True)


def test_a_failed_job_is_retried_and_nobody_is_told_before_the_last_attempt(stage: Stage) -> None:
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
    assert clock(told.history.of("page")[0]) == "03:00"
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


def test_a_page_carries_the_last_line_that_the_job_wrote(stage: Stage) -> None:
    script = "import sys; print('working', file=sys.stderr); raise SystemExit('CAUSE: the file is truncated\\n\\n')"
    told = stage.night(stage.job("retrieve", "python3", "-c", script, at_ns=at("02:00"), rules=[PAGE]))
    assert told.causes() == ["exit 1: CAUSE: the file is truncated"]
    failed = told.history.of("job", type="fail").first()
    assert failed is not None
    assert failed.error == "CAUSE: the file is truncated"


def test_a_failure_that_says_nothing_is_named_by_its_exit_code_or_signal(stage: Stage) -> None:
    told = stage.night(
        stage.job("coded", "exit 3", at_ns=at("02:00"), rules=[PAGE]),
        stage.job("crashed", "kill -SEGV $$", at_ns=at("02:01"), rules=[PAGE]),
    )
    assert told.causes() == ["exit 3", "killed by signal 11 (SIGSEGV)"]


def test_what_a_job_leaves_behind_ends_with_it(stage: Stage) -> None:
    told = stage.night(stage.job("retrieve", "sleep 36000 & echo $! > left", at_ns=at("02:00")))
    assert told.final == {"retrieve": "Finished OK"}
    assert told.reason == "asked"


def test_each_attempt_has_its_own_output(stage: Stage) -> None:
    stage.night(stage.job("retrieve", "echo out; echo err >&2; exit 1", at_ns=at("02:00"), retry_on_failure=RETRY))
    output = stage.folder / "output"
    assert sorted(path.name for path in output.iterdir()) == [
        f"retrieve.{attempt}.{stream}" for attempt in (1, 2, 3) for stream in ("err", "out")
    ]
    assert (output / "retrieve.3.err").read_text() == "err\n"
