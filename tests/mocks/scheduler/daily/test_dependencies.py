"""Who waits for whom: After, Requires, Conflict, Exclude, on which end, and of which day."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at


@pytest.mark.parametrize(
    ("script", "on", "starts"),
    [
        ("true", "finished_ok", True),
        ("exit 3", "finished_ok", False),
        ("exit 3", "failed", True),
        ("true", "failed", False),
        ("exit 3", "ignore_exit_code", True),
        ("true", "ignore_exit_code", True),
    ],
)
def test_a_dependency_is_met_by_the_end_that_it_names(stage: Stage, script: str, on: str, starts: bool) -> None:
    told = stage.night(
        stage.job("first", script, at_ns=at("02:00")),
        stage.job("second", "true", after=[{"job": "first", "on": on}]),
    )
    assert told.final["second"] == ("Finished OK" if starts else "Wait Job Dependency")


def test_a_job_that_could_not_be_started_has_failed_but_has_no_exit_code_to_ignore(stage: Stage) -> None:
    told = stage.night(
        stage.job("first", "/nowhere/first", "x", at_ns=at("02:00")),
        stage.job("on_failed", "true", after=[{"job": "first", "on": "failed"}]),
        stage.job("ignoring", "true", after=[{"job": "first", "on": "ignore_exit_code"}]),
    )
    assert told.final["on_failed"] == "Finished OK"
    assert told.final["ignoring"] == "Wait Job Dependency"


def test_a_successor_on_failed_waits_for_the_last_retry(stage: Stage) -> None:
    retry = {"attempts": 1, "every_ns": 600_000_000_000}
    told = stage.night(
        stage.job("first", "exit 1", at_ns=at("02:00"), retry_on_failure=retry),
        stage.job("second", "true", after=[{"job": "first", "on": "failed"}]),
    )
    assert told.started("second") == ["02:10"]


def test_after_is_met_at_once_when_the_predecessor_is_not_built_and_requires_never_is(stage: Stage) -> None:
    told = stage.night(
        stage.job("monthly", "true", at_ns=at("02:00"), frequency={"days": [-1]}),
        stage.job("trusting", "true", after=["monthly"]),
        stage.job("careful", "true", requires=["monthly"]),
    )
    assert told.final == {"trusting": "Finished OK", "careful": "Wait Job Dependency"}
    build = told.history.of("build").first()
    assert build is not None
    assert build.value["left_out"] == {"monthly": "not on day 23 of 30"}


def test_jobs_in_conflict_run_one_after_the_other(stage: Stage) -> None:
    told = stage.night(
        stage.job("load", "sleep 600", at_ns=at("02:00"), conflict=["report"]),
        stage.job("report", "sleep 600", at_ns=at("02:00"), conflict=["load"]),
    )
    assert (told.started("load"), told.started("report")) == (["02:00"], ["02:10"])
    assert "Wait Job Conflict" in told.statuses("report")


def test_an_excluded_job_is_not_built(stage: Stage) -> None:
    told = stage.night(
        stage.job("weekly", "true", at_ns=at("02:00")),
        stage.job("daily", "true", at_ns=at("02:00"), exclude=["weekly"]),
    )
    assert told.final == {"weekly": "Finished OK"}


def test_a_dependency_on_another_day_looks_at_the_schedule_of_that_day(stage: Stage) -> None:
    yesterday = {"job": "load", "on": "finished_ok", "days_before": 1}
    told = stage.night(
        stage.job("load", "true", at_ns=at("02:00")),
        stage.job("compare", "true", at_ns=at("02:30"), after=[yesterday]),
        stage.job("insist", "true", at_ns=at("02:30"), requires=[yesterday]),
    )
    assert told.final["compare"] == "Finished OK"
    assert told.final["insist"] == "Wait Job Dependency"


@pytest.mark.exhaustive
def test_a_thousand_successors_of_one_job_start_in_the_order_of_the_plan(stage: Stage) -> None:
    names = [f"job{number}" for number in range(1000)]
    jobs = [stage.job(name, after=["first"], run=[]) for name in names]
    told = stage.night(stage.job("first", "true", at_ns=at("02:00")), *jobs)
    assert [event.value["job"] for event in told.history.of("job", type="ok")] == ["first", *names]


@pytest.mark.exhaustive
def test_a_chain_of_null_jobs_is_not_limited_by_how_deep_calls_may_nest(stage: Stage) -> None:
    jobs = [stage.job(f"job{n}", run=[], after=[f"job{n - 1}"] if n else [], at_ns=at("02:00")) for n in range(2000)]
    told = stage.night(*jobs)
    assert set(told.final.values()) == {"Finished OK"}
