"""The flow of a night: when faults end, what is said of those that never acted, and of whoever holds time up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.contract import points
from harness.contract.effects.scheduler import WrongLaunch
from harness.errors import AuthorError
from harness.faults import LaunchFailure, System
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.clock.needed import needs
from tests.night.feed import FEED
from tests.sample import sample

CHAIN = (
    FEED
    + """\
  PLANNING: {from: planning.url}
jobs:
  fetch:
    run: [bash, fetch.sh]
    at: "02:00"
    max_run_time: 45m
    rules:
      - {when: exceeded_max_run_time, do: page}
      - {when: failed, do: page}
consumers:
  planning: {kind: http}
"""
)
SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
faults:
  - FAULT
expect: {outcome: recovered}
"""
STORE = f"""
{ASK}
ask "$PLANNING/batches" -H 'Idempotency-Key: k' -d '{{"business_date": "2026-11-23", "rows": [{{"key": "a"}}]}}'
"""

GET = 'import os, urllib.request; urllib.request.urlopen(os.environ["SOURCE"] + "/files/")'

Night = Callable[..., Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    """One night of one shell script, with one fault."""
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("key\na\n")
    (tmp_path / "chain.yaml").write_text(CHAIN)

    def run(script: str, fault: str = "no_fault: {}", runner: NightRunner = night_runner) -> Result:
        (tmp_path / "fetch.sh").write_text(script)
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("FAULT", fault))
        return runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


def reference(night_runner: NightRunner, tmp_path: Path, fault: str) -> Result:
    chain = Path(__file__).parents[2] / "fixtures/chains/planning_feed/chain.yaml"
    file = tmp_path / "night.yaml"
    file.write_text(SCENARIO.replace("chain.yaml", str(chain)).replace("FAULT", fault))
    return night_runner.run(load_scenario(file))


def test_a_freeze_lasts_until_its_own_end_and_not_until_the_deadline(night: Night) -> None:
    result = night(STORE, "job_overrun: {job: fetch, lasts: 5h}")
    assert f"{result.finished_at:%H:%M}" == "07:00"
    assert result.outcome is Outcome.DEGRADED


@pytest.mark.parametrize(("until", "delivered"), [("", "06:00"), (', until: "07:00"', "07:00")])
def test_a_fault_lasts_until_its_own_end_or_the_deadline(until: str, delivered: str, night: Night) -> None:
    result = night(STORE, f"launch_failure: {{job: fetch, cause: agent_away{until}}}")
    assert f"{result.local(result.history.of('heal')[0].at):%H:%M}" == "06:00"
    assert f"{result.finished_at:%H:%M}" == delivered


@pytest.mark.parametrize(
    ("fault", "why"),
    sample(
        [
            (
                "launch_failure: {job: retrieve, call: 7}",
                "launch of retrieve was passed 1 time, the trigger asks for call 7",
            ),
            (
                "launch_failure: {job: retrieve, on: {component: desk, action: page}}",
                "its event (desk page) was never seen",
            ),
            (
                "truncate_file: {file: forecast, keep: 9999999 bytes}",
                "download of forecast was passed 1 time; the file is not longer than 9,999,999 bytes",
            ),
            (
                'launch_failure: {job: retrieve, at: "04:00"}',
                "launch of retrieve was passed 1 time, but never from 04:00",
            ),
            ("launch_failure: {job: retrieve, chance: 0.000001}", "its chance of 1e-06 did not come up"),
        ],
        2,
    ),
)
def test_a_fault_that_never_acted_says_why(fault: str, why: str, night_runner: NightRunner, tmp_path: Path) -> None:
    result = reference(night_runner, tmp_path, fault)
    assert result.outcome is Outcome.INCONCLUSIVE
    (unfired,) = result.history.of("unfired")
    assert why in unfired.value["why"]
    assert set(unfired.value) == {"id", "passed", "awake", "fired", "why"}
    assert f"a fault never acted: {unfired.value['id']} ({unfired.value['why']})" in result.judgement.because
    assert result.judgement.because in result.mismatches[0]


def test_who_is_stuck_is_told_of_the_jobs_alone_and_in_the_nights_time_zone(night: Night) -> None:
    result = night(STORE + f"python -c '{GET}'", "source_hang: {}")
    (stuck,) = result.history.of("stuck")
    assert stuck.value["waits"]
    for line in stuck.value["waits"]:
        assert line.startswith("fetch waits in ")
        assert line.endswith("since 02:00:00")


def test_what_a_job_leaves_behind_goes_on_and_is_seen(night: Night) -> None:
    result = night(f"{{ sleep 600; {STORE.strip()}; sleep 1d; }} >/dev/null 2>&1 &")
    assert f"{result.finished_at:%H:%M}" == "02:10"
    assert [event.value["job"] for event in result.history.of("left_behind")] == ["fetch"]


def test_a_night_whose_jobs_leave_nothing_says_so_by_saying_nothing(night: Night) -> None:
    assert not night(STORE).history.of("left_behind")


def test_a_result_is_short_on_a_screen_and_knows_its_digest(night: Night) -> None:
    result = night(STORE)
    assert repr(result) == f"<Result {result.outcome}: {result.judgement.because}>"
    assert result.digest == result.history.digest()


@pytest.mark.exhaustive
def test_a_job_that_polls_connects_as_often_in_every_night(night: Night) -> None:
    needs("curl")
    poll = 'while ! curl -sf "$SOURCE/files/forecast_20261123.csv" -o /dev/null; do sleep 0.05; done'
    first, again = (len(night(poll + STORE).history.of("connect", endpoint="source")) for _ in range(2))
    assert first == again
    assert first > 60


def test_a_result_tells_how_many_ticks_its_clock_let_pass_and_with_no_error_there_are_none(
    night: Night, night_runner: NightRunner, tmp_path: Path
) -> None:
    ticking = f"python3 -c 'import time\nfor tenth in range(1800): time.sleep(0.1)'\n{STORE}"
    (tmp_path / "store").mkdir()
    exact = NightRunner(night_runner.stack, tmp_path / "store", tick_error=0)
    approximated, on_time = night(ticking), night(ticking, runner=exact)
    assert approximated.ticks.bunched > 900
    assert 0 < approximated.ticks.late_ns <= 2 * 10**9
    assert (on_time.ticks.bunched, on_time.ticks.late_ns) == (0, 0)
    assert f"{approximated.finished_at:%H:%M}" == f"{on_time.finished_at:%H:%M}" == "02:03"


def test_what_a_fault_asks_for_and_no_mock_can_do_is_its_authors_mistake(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misspelt(self: LaunchFailure, system: System) -> AbstractContextManager[None]:
        return system.armed(self, points.LAUNCH, WrongLaunch(cause="agent_away"), jbo=self.job)

    monkeypatch.setattr(LaunchFailure, "inject", misspelt)
    with pytest.raises(AuthorError, match=r"launch_failure asks for what no mock can do: .*unknown key 'jbo'"):
        night(STORE, "launch_failure: {job: fetch}")
