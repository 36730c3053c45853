"""A race of two jobs that are due in one instant is found by living the night in another order."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.orders import in_orders
from harness.night.runner import NightRunner
from harness.report.orders import failed, told
from harness.scenario.loading import load_scenario
from harness.scenario.model import Scenario
from tests.ask import ASK
from tests.runs import HARNESS, PYTEST, User, user_in
from tests.sample import sample

CHAIN = """
chain: pair
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
folders: {work: {}}
environment:
  WORK: {from: folder.work}
  PLANNING: {from: planning.url}
jobs:
  double: {run: [bash, double.sh], at: "02:00", rules: [{when: failed, do: page}]}
  add: {run: [bash, add.sh], at: "02:00", rules: [{when: failed, do: page}]}
  store: {run: [bash, store.sh], after: [double, add], rules: [{when: failed, do: page}]}
consumers:
  planning: {kind: http, records: derived}
"""
SCENARIO = """
scenario: a pair is due in one instant
chain: chain.yaml
night: 2026-11-23
faults:
  - no_fault: {}
expect: {outcome: unaffected}
"""
STORE = f"""
{ASK}
key=$(cat "$WORK"/total* | tr '\\n' .)
ask "$PLANNING/batches" -H 'Idempotency-Key: k' \\
  -d '{{"business_date": "2026-11-23", "rows": [{{"key": "'"$key"'"}}]}}'
"""
READ = 'value=$(cat "$WORK/total" 2>/dev/null || echo 5)\n'
RACE = {"double": f'{READ}echo $((value * 2)) > "$WORK/total"', "add": f'{READ}echo $((value + 1)) > "$WORK/total"'}
"""Both read one file, change what they have read, and write it back; nothing says who is first."""
SOUND = {"double": 'echo 10 > "$WORK/total.double"', "add": 'echo 6 > "$WORK/total.add"'}
"""Each has a file of its own."""


def write_chain(folder: Path, scripts: dict[str, str], name: str = "night") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "runbook.md").write_text("Ask.\n")
    (folder / "chain.yaml").write_text(CHAIN)
    for job, script in (scripts | {"store": STORE}).items():
        (folder / f"{job}.sh").write_text(script)
    file = folder / f"{name}.yaml"
    file.write_text(SCENARIO)
    return file


def load(folder: Path, scripts: dict[str, str]) -> Scenario:
    return load_scenario(write_chain(folder, scripts))


def test_a_race_of_two_jobs_is_found_in_another_order(tmp_path: Path, night_runner: NightRunner) -> None:
    scenario = load(tmp_path, RACE)
    orders = in_orders(lambda order: night_runner.run(scenario, order), count=5)
    assert orders.first.outcome is Outcome.UNAFFECTED
    assert orders.other is not None
    assert (orders.other.order, orders.other.outcome) == (1, Outcome.DAMAGED)
    assert orders.sentence == "2 orders, not the same verdict: unaffected in order 0, damaged in order 1"
    assert [night.history.of("begin")[0].value["order"] for night in orders.nights] == [0, 1]
    screen = failed(orders, repeats=["once", "twice"], kept=[Path("a.jsonl"), Path("b.jsonl")]).splitlines()
    assert "  delivered_once: holds in order 0, violated in order 1" in screen
    apart = screen.index("the first difference of the nights")
    assert re.fullmatch(r"  order 0: 02:00:00\.\d+ scheduler .*double.*", screen[apart + 1])
    assert re.fullmatch(r"  order 1: 02:00:00\.\d+ scheduler .*add.*", screen[apart + 2])
    assert [line.split()[-1] for line in screen[-4:]] == ["once", "a.jsonl", "twice", "b.jsonl"]
    assert told(orders)["as_expected"] is False


def test_a_sound_pair_has_one_verdict_in_every_order(tmp_path: Path, night_runner: NightRunner) -> None:
    scenario = load(tmp_path, SOUND)
    orders = in_orders(lambda order: night_runner.run(scenario, order), count=4)
    assert orders.as_expected
    assert told(orders) == {"orders": "4 orders, the same verdict"}


@pytest.mark.parametrize("order", sample([1, 0, 2]))
def test_a_night_of_one_order_has_one_digest(tmp_path: Path, night_runner: NightRunner, order: int) -> None:
    scenario = load(tmp_path, RACE)
    assert len({night_runner.run(scenario, order).digest for _ in range(3)}) == 1


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    for variable in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(variable, raising=False)
    with user_in(tmp_path) as user:
        yield user


def test_the_command_repeats_and_what_it_prints_repeats_each_order(user: User) -> None:
    race, sound = write_chain(user.folder / "race", RACE), write_chain(user.folder / "sound", SOUND, "sound")
    run = user.runs(*HARNESS, "run", str(race), str(sound), "--repeat", "3", "--json", "--histories", "kept")
    assert run.code == 1, run.said
    unstable, stable = map(json.loads, run.out.splitlines())
    assert (stable["orders"], stable["as_expected"]) == ("3 orders, the same verdict", True)
    assert [verdict["outcome"] for verdict in unstable["verdicts"]] == ["unaffected", "damaged"]
    kept = {path.name for path in (user.folder / "kept").glob("*.jsonl") if "baseline" not in path.name}
    assert kept == {"night.jsonl", "night.order-1.jsonl", "sound.jsonl"}
    _, again = re.findall(r"^repeat order \d:  harness (.*)$", run.err, flags=re.MULTILINE)
    assert again.endswith(" --order 1")
    assert "expected unaffected, found damaged" in user.runs(*HARNESS, *again.split()).err
    assert "2 orders, the same verdict" in user.runs(*HARNESS, "run", str(sound), "--repeat", "2").out
    wrong = user.runs(*HARNESS, "run", str(race), "--repeat", "0")
    assert wrong.code == 4
    assert "--repeat: found '0', expected a whole number from 1 on" in wrong.err


def test_pytest_repeats_and_keeps_both_histories(user: User) -> None:
    write_chain(user.folder / "race", RACE)
    write_chain(user.folder / "sound", SOUND, "sound")
    run = user.runs(*PYTEST, "--repeat", "2", "--junitxml=report.xml")
    assert "1 failed, 1 passed" in run.out.splitlines()[-1], run.said
    assert "the verdict depends on the order in which jobs start that are due in one instant" in run.out
    histories = (user.folder / ".night-harness/histories").glob("*.jsonl")
    kept = [path.name for path in histories if "baseline" not in path.name]
    assert sum(".order-1." in name for name in kept) == 1
    assert len(kept) == 2
    facts = [one.get("value") for one in ET.parse(user.folder / "report.xml").getroot().iter("property")]
    assert "2 orders, the same verdict" in facts
    assert "2 orders, not the same verdict: unaffected in order 0, damaged in order 1" in facts
