"""A proposal from two calm nights of a chain, and what comes of the night when it is pasted."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from harness.chain.loading import load_chain
from harness.checks import Outcome
from harness.errors import AuthorError
from harness.night.proposing.as_yaml import as_yaml
from harness.night.proposing.calm_nights import proposed
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.calibration import patience_s
from tests.night.test_night import CHAIN, SCENARIO
from tests.night.test_proposing import RECORDS, SHAPES, all_of, held
from tests.runs import HARNESS

BEFORE = CHAIN.partition("consumers:")[0]


class Feed:
    """A chain that publishes some files, and delivers these rows."""

    def __init__(self, folder: Path, runner: NightRunner) -> None:
        self.folder = folder
        self.runner = runner
        self.files = {"forecast": "csv"}
        (folder / "runbook.md").write_text("Ask.\n")

    def publishes(self, name: str, records: list[dict[str, Any]]) -> None:
        names = list(records[0])
        lines = [",".join(names), *(",".join(str(one[name]) for name in names) for one in records)]
        (self.folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
        self.files[name] = "csv"

    def delivers(self, rows: list[dict[str, Any]], script: str = "") -> None:
        body = json.dumps({"business_date": "2026-11-23", "rows": rows})
        (self.folder / "body.json").write_text(body)
        send = script or 'BODY="$(cat body.json)"'
        ask = f'{ASK}\n{send}\nask "$PLANNING/batches" -H \'Idempotency-Key: k\' -d "$BODY"\n'
        (self.folder / "fetch.sh").write_text(ask)

    def declares(self, consumers: str) -> None:
        before, _, rest = BEFORE.partition("  forecast:\n")
        after = rest[rest.index("environment:") :]
        files = "".join(
            f'  {name}: {{name: "{name}_{{date:%Y%m%d}}.{kind}", arrives: "01:00", content: {{copy: {name}.{kind}}}}}\n'
            for name, kind in self.files.items()
        )
        (self.folder / "chain.yaml").write_text(f"{before}{files}{after}{consumers}")

    def proposal(self, said: str = "key: [id]") -> str:
        self.declares(f"consumers:\n  planning: {{kind: http, {said}}}\n")
        chain = load_chain(self.folder / "chain.yaml")
        return "\n".join(as_yaml(proposed(self.runner, chain, dt.date(2026, 11, 23)))) + "\n"

    def pasted(self, consumers: str) -> Result:
        self.declares(consumers)
        (self.folder / "night.yaml").write_text(SCENARIO.replace("FAULT", "no_fault: {}"))
        return self.runner.run(load_scenario(self.folder / "night.yaml"))


@pytest.fixture
def feed(tmp_path: Path, night_runner: NightRunner) -> Feed:
    made = Feed(tmp_path, night_runner)
    made.publishes("forecast", RECORDS)
    return made


def test_a_pasted_proposal_makes_the_night_compare(feed: Feed) -> None:
    change, lines = SHAPES["renamed, cents, a date's form, dropped and derived"]
    feed.delivers(held(change))
    told = feed.proposal()
    for line in lines:
        assert line in told
    assert "60 of 60 records are held, none of them with other values" in told
    result = feed.pasted(told)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert "each as published" in result.judgement.of("delivered_once").sentence  # type: ignore[union-attr]


def test_which_records_are_held_is_pasted_too(feed: Feed) -> None:
    feed.delivers([all_of(one, run="RUN") for one in RECORDS if one["state"] == "PAID"], RANDOM)
    told = feed.proposal()
    assert "records: {where: {state: PAID}}" in told
    assert "run: volatile  # two calm nights hold other values, such as " in told
    assert feed.pasted(told).outcome is Outcome.UNAFFECTED


RANDOM = 'BODY="$(sed "s/RUN/$RANDOM$RANDOM/g" body.json)"'


def test_values_that_nothing_explains_are_damage_still(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, amount="13.37" if one["number"] == "P007" else one["amount"])))
    told = feed.proposal()
    assert "compared, and not as published: 1 values differ, such as P007: amount was published as 49.07" in told
    assert feed.pasted(told).outcome is Outcome.DAMAGED


def test_a_file_that_cannot_be_read_back_is_told(feed: Feed) -> None:
    (feed.folder / "forecast.bin").write_bytes(b"\0\1\2")
    feed.files = {"forecast": "bin"}
    feed.delivers(held(all_of))
    told = feed.proposal()
    assert "records: derived  # forecast_20261123.bin: found a file of which no columns are" in told
    assert feed.pasted(told).outcome is Outcome.UNAFFECTED


def test_a_night_that_is_not_calm_proposes_nothing(feed: Feed) -> None:
    feed.delivers([], "exit 3")
    with pytest.raises(AuthorError, match=r"chain.yaml:\d+: in the night of 2026-11-23, without any fault, it failed"):
        feed.proposal()


def test_the_command_prints_what_can_be_pasted_and_fails_where_it_does_not_compare(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, run="x")))
    feed.declares("consumers:\n  planning: {kind: http, key: [id]}\n")
    command = (*HARNESS, "lint", str(feed.folder / "chain.yaml"), "--night", "2026-11-23")

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, timeout=3 * patience_s())

    good = run()
    assert "id: {from: number}" in good.stdout
    assert "in 1 chain" in good.stderr
    declared = YAML(typ="safe").load(good.stdout)["consumers"]["planning"]["columns"]
    assert declared == {"id": {"from": "number"}, "run": "derived"}
    assert good.returncode == 0, good.stderr
    feed.delivers(held(lambda one: all_of(one, note="x")))
    wrong = run()
    assert wrong.returncode == 1
    assert "not as published: 60 values differ" in wrong.stdout


def test_the_finding_tells_the_command(feed: Feed) -> None:
    feed.delivers(held(all_of))
    result = feed.pasted("consumers:\n  planning: {kind: http, key: [id]}\n")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "harness lint chain.yaml --night 2026-11-23 proposes the lines" in result.judgement.because
