"""Two processes of a job are in two seconds of the night, or side by side: each shows another defect."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.orders import in_orders
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.scenario.model import Scenario
from tests.ask import ASK

CHAIN = """
chain: keys
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
environment:
  PLANNING: {from: planning.url}
jobs:
  load: {run: [bash, load.sh], at: "02:00", rules: [{when: failed, do: RULE}]}
consumers:
  planning: {kind: http, records: derived}
"""
SCENARIO = """
scenario: the load is started twice
chain: chain.yaml
night: 2026-11-23
faults:
  - FAULT
expect: {outcome: recovered}
"""
TWICE = "duplicate_launch: {job: load}"
SIDE_BY_SIDE = "duplicate_launch: {job: load, apart: 0s}"
ROWS = '"rows": [{"site": "north", "number": \'$batch\'}]'
LOAD = f"""
{ASK}
CHECK
for batch in 1 2 3; do
  ask "$PLANNING/batches" -H "Idempotency-Key: KEY" -d '{{"business_date": "2026-11-23", {ROWS}}}' || exit 1
done
"""
OF_THE_BATCH = LOAD.replace("CHECK", "").replace("KEY", "load-$batch")
OF_THE_SECOND = LOAD.replace("CHECK", "").replace("KEY", "load-$batch-$(date +%s)")
LOOK = 'ask "$PLANNING/plan" | grep -q \'"rows": 0\' || exit 0'
LOOKS_FIRST = LOAD.replace("CHECK", LOOK).replace(' -H "Idempotency-Key: KEY"', "")


def written(folder: Path, script: str, fault: str, rule: str = "page") -> Scenario:
    (folder / "runbook.md").write_text("Ask.\n")
    (folder / "chain.yaml").write_text(CHAIN.replace("RULE", rule))
    (folder / "load.sh").write_text(script)
    (folder / "night.yaml").write_text(SCENARIO.replace("FAULT", fault))
    return load_scenario(folder / "night.yaml")


@pytest.mark.parametrize(
    ("script", "fault", "outcome"),
    [
        (OF_THE_BATCH, TWICE, Outcome.RECOVERED),
        (OF_THE_BATCH, SIDE_BY_SIDE, Outcome.RECOVERED),
        (OF_THE_SECOND, TWICE, Outcome.DAMAGED),
        (LOOKS_FIRST, SIDE_BY_SIDE, Outcome.DAMAGED),
    ],
    ids=["sound", "sound side by side", "key of the second", "looks first"],
)
def test_a_second_process_doubles_what_only_a_key_of_the_work_itself_keeps_single(
    tmp_path: Path, night_runner: NightRunner, script: str, fault: str, outcome: Outcome
) -> None:
    scenario = written(tmp_path, script, fault)
    nights = [night_runner.run(scenario) for _ in range(2)]
    assert {night.outcome for night in nights} == {outcome}, nights[0].judgement.because
    assert len({night.digest for night in nights}) == 1


def test_what_looks_first_is_found_by_another_order(tmp_path: Path, night_runner: NightRunner) -> None:
    scenario = written(tmp_path, LOOKS_FIRST, TWICE)
    orders = in_orders(lambda order: night_runner.run(scenario, order), count=2)
    assert orders.first.outcome is Outcome.RECOVERED
    assert orders.other is not None
    assert (orders.other.order, orders.other.outcome) == (1, Outcome.DAMAGED)


def test_a_restart_at_once_is_in_another_second(tmp_path: Path, night_runner: NightRunner) -> None:
    scenario = written(tmp_path, OF_THE_SECOND, "false_failure: {job: load, times: 1}", rule="restart")
    night = night_runner.run(scenario)
    assert night.outcome is Outcome.DAMAGED
    first, second = (event.at for event in night.history.of("launch", type="invoke"))
    assert 1_100_000_000 <= second - first < 2_000_000_000


def test_requests_and_commits_take_milliseconds_of_the_night(tmp_path: Path, night_runner: NightRunner) -> None:
    history = night_runner.run(written(tmp_path, OF_THE_BATCH, "no_fault: {}")).history
    taken, done = history.of("batch", type="invoke"), history.of("batch", type="ok")
    commits = [after.at - before.at for before, after in zip(taken, done, strict=True)]
    requests = [after.at - before.at for before, after in zip(done, taken[1:], strict=False)]
    assert all(5_000_000 < took < 27_000_000 for took in commits)
    assert all(2_000_000 < took < 17_000_000 for took in requests)
