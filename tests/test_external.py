"""`scheduler: external`: the user's own orchestrator runs the chain in the night's time, between our neighbours."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.checks import Outcome
from harness.content import shipped
from harness.errors import LoadError
from harness.faults import LaunchFailure, NoFault, TruncateFile
from harness.faults.model.fault import Fault
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.model import Expect, Scenario

FILE = shipped.fixtures() / "chains/planning_feed/orchestrated.yaml"


@pytest.fixture(scope="module")
def chain() -> Chain:
    return load_chain(FILE)


def night_of(runner: NightRunner, chain: Chain, *faults: Fault) -> Result:
    scenario = Scenario(
        scenario="a night",
        chain=chain,
        night=dt.date(2026, 11, 23),
        faults=faults,
        expect=Expect(outcome=Outcome.RECOVERED),
    )
    return runner.run(scenario)


def served(result: Result) -> list[str]:
    """When the source was asked for the file, in Paris."""
    asked = result.history.of("serve", type="invoke", what="file")
    return [f"{dt.datetime.fromtimestamp(one.at // 1_000_000_000 + 3600, dt.UTC):%H:%M}" for one in asked]


def test_a_real_orchestrator_starts_the_jobs_at_two_and_ends_when_they_have(
    night_runner: NightRunner, chain: Chain
) -> None:
    result = night_of(night_runner, chain, NoFault())
    assert result.outcome is Outcome.UNAFFECTED
    assert served(result) == ["02:00"]
    [launch] = result.history.of("launch", type="ok")
    assert f"{dt.datetime.fromtimestamp(launch.at // 1_000_000_000 + 3600, dt.UTC):%d %H:%M}" == "22 22:00"
    [end] = result.history.of("job")
    assert (end.type, end.value["job"], end.value["exit"]) == ("ok", "orchestrator", 0)


def test_its_jobs_meet_the_faults_of_the_source(night_runner: NightRunner, chain: Chain) -> None:
    result = night_of(night_runner, chain, TruncateFile(file="forecast", keep="50%", times=1))
    assert result.outcome is Outcome.RECOVERED


@pytest.mark.exhaustive
def test_it_retries_and_pages_by_itself_at_its_own_times(night_runner: NightRunner, chain: Chain) -> None:
    helpless = chain.without(["retry", "fallback"])
    result = night_of(night_runner, helpless, TruncateFile(file="forecast", keep="50%"))
    assert result.outcome is Outcome.CONTAINED
    assert served(result) == ["02:00", "02:10", "02:20"]
    first = result.history.of("page", type="ok")[0]
    assert (first.value["owner"], first.value["job"]) == ("data-ops", "retrieve")
    assert "truncated" in first.value["cause"]


@pytest.mark.exhaustive
def test_an_orchestrator_that_does_not_come_up_is_started_by_who_watches_over_it(
    night_runner: NightRunner, chain: Chain
) -> None:
    result = night_of(night_runner, chain, LaunchFailure(job="orchestrator", times=2))
    assert result.outcome is Outcome.RECOVERED
    unwatched = night_of(night_runner, chain.without("watched"), LaunchFailure(job="orchestrator", times=2))
    assert unwatched.outcome is Outcome.DAMAGED


@pytest.mark.parametrize(
    ("jobs", "said"),
    [
        (
            "  all: {run: [ls]}\n  more: {run: [ls]}\n",
            "chain.yaml:7: found a second job 'more' under 'scheduler: external', expected one",
        ),
        (
            '  all: {run: [ls], at: "02:00"}\n',
            "chain.yaml:6: found 'at' under 'scheduler: external', where the orchestrator decides; drop it",
        ),
    ],
)
def test_what_an_orchestrator_decides_by_itself_is_refused(jobs: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "chain.yaml"
    file.write_text(f'chain: feed\nowner: me\ndeadline: "06:00"\nscheduler: external\njobs:\n{jobs}')
    with pytest.raises(LoadError) as refused:
        load_chain(file)
    assert said in str(refused.value)


def test_the_example_chain_is_clean() -> None:
    assert lint(FILE) == []
