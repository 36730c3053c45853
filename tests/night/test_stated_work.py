"""Jobs whose chain states what their work takes: it is charged in virtual time, at each launch that succeeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.night.test_night import CHAIN, SCENARIO, STORE

Night = Callable[..., Result]

CRON = """
scheduler: {profile: cron}
"""


def by_cron(chain: str) -> str:
    """The same chain, whose one job a crontab starts, and nobody watches."""
    head, jobs = chain.split("jobs:\n")
    _, consumers = jobs.split("consumers:\n")
    job = '  fetch:\n    run: [bash, fetch.sh]\n    cron: "0 2 * * *"\n'
    return f"{CRON}{head}jobs:\n{job}consumers:\n{consumers}"


SCHEDULERS = {"opcon": lambda chain: chain, "cron": by_cron}


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    """One night of one shell script, whose work takes what it is stated to take."""
    for name, text in (("runbook.md", "Ask.\n"), ("forecast.csv", "key\na\n")):
        (tmp_path / name).write_text(text)

    def run(
        works: str, *, script: str = STORE, fault: str = "no_fault: {}", scheduler: str = "opcon", **replaced: str
    ) -> Result:
        chain = SCHEDULERS[scheduler](CHAIN).replace("fetch.sh]\n", f"fetch.sh]\n    {works}\n")
        for old, new in replaced.items():
            assert old in chain
            chain = chain.replace(old, new)
        (tmp_path / "chain.yaml").write_text(chain)
        (tmp_path / "fetch.sh").write_text(script)
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("FAULT", fault))
        return night_runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


def times(result: Result, action: str, kind: str) -> list[str]:
    return [f"{result.local(event.at):%H:%M}" for event in result.history.of(action, type=kind, job="fetch")]


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize(("works", "at"), [("", "02:00"), ("works: 40m", "02:40")], ids=["not stated", "stated"])
def test_a_job_delivers_later_by_what_its_work_takes(night: Night, scheduler: str, works: str, at: str) -> None:
    result = night(works, scheduler=scheduler)
    assert f"{result.finished_at:%H:%M}" == at
    assert (times(result, "launch", "ok"), times(result, "job", "ok")) == (["02:00"], [at])


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_deadline_is_missed_because_of_it(night: Night, scheduler: str) -> None:
    result = night("works: 4h10m", scheduler=scheduler)
    assert f"{result.finished_at:%H:%M}" == "06:10"
    assert not any(finding.check == "on_time" and finding.state == "holds" for finding in result.judgement.findings)


@pytest.mark.parametrize(
    ("works", "outcome"), [("works: 10m", Outcome.RECOVERED), ("works: 40m", Outcome.DAMAGED)], ids=["short", "long"]
)
def test_a_fault_that_leaves_too_little_time_for_the_work_ends_late_and_nobody_is_told(
    night: Night, works: str, outcome: Outcome
) -> None:
    result = night(works, fault='launch_failure: {job: fetch, cause: agent_away, until: "05:30"}')
    assert result.outcome is outcome, result.judgement.because


def test_only_the_job_s_own_program_begins_later_and_its_children_see_nothing_of_it(night: Night) -> None:
    script = f'test -z "$NIGHT_BEGINS_NS" || exit 7\nbash -c "date +%H:%M >&2"; sleep 60; date\n{STORE}'
    result = night("works: 40m", script=script)
    assert f"{result.finished_at:%H:%M}" == "02:41"


def test_a_launch_failure_is_not_charged_and_each_attempt_that_gets_to_work_is(night: Night) -> None:
    rules = "rules:\n      - {when: initialization_error, do: restart, after: 5m, times: 3}\n"
    result = night("works: 10m", fault="launch_failure: {job: fetch, times: 2}", **{"rules:\n": rules})
    assert (times(result, "launch", "fail"), times(result, "launch", "ok")) == (["02:00", "02:05"], ["02:10"])
    assert f"{result.finished_at:%H:%M}" == "02:20"
    failing = f"test -e {{folder}} && exec true\n{STORE}"
    retried = "retry_on_failure: {attempts: 2, every: 10m}\n    rules:\n"
    result = night("works: 10m", script="exit 3\n" + failing, **{"rules:\n": retried})
    assert times(result, "job", "fail") == ["02:10", "02:30", "02:50"]


def test_what_exceeds_its_max_run_time_is_killed_in_the_middle_of_its_work(night: Night) -> None:
    killed = "exceeded_max_run_time, do: [kill, page]"
    result = night("works: 50m", **{"exceeded_max_run_time, do: page": killed})
    assert times(result, "overrun", "info") == ["02:45"]
    assert times(result, "job", "fail") == ["02:45"]
    assert result.finished_at is None


def test_a_job_that_is_frozen_does_not_work_meanwhile(night: Night) -> None:
    result = night("works: 40m", fault="job_overrun: {job: fetch, lasts: 1h}")
    assert f"{result.finished_at:%H:%M}" == "03:40"
    result = night("works: 40m", fault="job_overrun: {job: fetch, lasts: 1h, on: {component: source, action: publish}}")
    assert f"{result.finished_at:%H:%M}" == "03:40"


def test_with_a_wrong_clock_it_takes_as_long(night: Night) -> None:
    result = night("works: 40m", fault="clock_skew: {job: fetch, by: 90m}")
    assert f"{result.finished_at:%H:%M}" == "02:40"
