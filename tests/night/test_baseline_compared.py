"""A chain that does the same wrong on every night has no measure in its own baseline: the source's records are one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.night.test_night import CHAIN, SCENARIO

PUBLISHED = "id,amount\nP0,1.50\nP1,2.25\n"
RIGHT = [{"id": "P0", "amount": 1.5}, {"id": "P1", "amount": 2.25}]
CONSUMER = "planning: {kind: http, key: [id]}"

Night = Callable[..., Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    def run(rows: list[dict[str, Any]], said: str = "", published: str = PUBLISHED, chain: str = CHAIN) -> Result:
        body = json.dumps({"business_date": "2026-11-23", "rows": rows})
        chain = chain.replace("planning: {kind: http}", CONSUMER.replace("}", f"{said}}}"))
        script = f"{ASK}\nask \"$PLANNING/batches\" -H 'Idempotency-Key: k' -d '{body}'\n"
        scenario = SCENARIO.replace("FAULT", "no_fault: {}")
        texts = {"runbook.md": "Ask.\n", "forecast.csv": published, "chain.yaml": chain, "fetch.sh": script}
        for name, text in (texts | {"night.yaml": scenario}).items():
            (tmp_path / name).write_text(text)
        return night_runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


def test_rows_as_published_are_told_as_such(night: Night) -> None:
    result = night(RIGHT)
    assert result.outcome is Outcome.UNAFFECTED
    assert result.judgement.of("delivered_once").sentence == "2 rows, each as published, each once"  # type: ignore[union-attr]


STRUCTURES = {
    "an array of JSON": '[{"id": "P0", "amount": 1.50},\n {"id": "P1", "amount": 2.25}]\n',
    "JSON under a key": '{"count": 2,\n "data": [{"id": "P0", "amount": 1.50}, {"id": "P1", "amount": 2.25}]}\n',
    "XML": "<f><r><id>P0</id><amount>1.50</amount></r>\n<r><id>P1</id><amount>2.25</amount></r></f>\n",
    "titles": "made for planning\nid;amount\n" + "".join(f"P{number};{number}.5\n" for number in range(6)),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_records_of_any_structure_are_the_measure(night: Night, name: str) -> None:
    rows = [{"id": f"P{number}", "amount": number + 0.5} for number in range(6)] if name == "titles" else RIGHT
    result = night(rows, published=STRUCTURES[name])
    assert result.outcome is Outcome.UNAFFECTED
    sentence = f"{len(rows)} rows, each as published, each once"
    assert result.judgement.of("delivered_once").sentence == sentence  # type: ignore[union-attr]
    assert night(rows[1:], published=STRUCTURES[name]).outcome is Outcome.DAMAGED


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"id": "P0", "amount": 2}, RIGHT[1]], "P0: amount was published as 1.50, and is held as 2"),
        ([{"id": "Q0", "amount": 1.5}, RIGHT[1]], "1 row without any such record, such as Q0"),
        ([*RIGHT, {"id": "id", "amount": "amount"}], "1 row without any such record, such as id"),
    ],
)
def test_what_is_wrong_in_the_baseline_too_is_damage(night: Night, rows: list[dict[str, Any]], told: str) -> None:
    result = night(rows)
    assert result.outcome is Outcome.DAMAGED
    assert f"in the baseline too: {told}" in result.judgement.because.replace("planning holds ", "")


def test_what_may_only_lack_a_declaration_is_inconclusive_and_the_lines_are_told(night: Night) -> None:
    rows = [{"id": "P0", "cents": 150}, {"id": "P1", "cents": 225}]
    result = night(rows)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "the baseline was not compared with what was published: declare" in result.judgement.because
    assert "columns: {amount: dropped, cents: derived}" in result.judgement.because
    assert "chain.yaml:24" in result.judgement.because
    assert night(rows, ", columns: {cents: {from: amount, times: 100}}").outcome is Outcome.UNAFFECTED


def test_who_may_declare_that_some_are_left_out_is_told_which(night: Night) -> None:
    result = night(RIGHT[:1])
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "planning holds 1 row, and not P1: a chain that loses them does so every night" in result.judgement.because
    assert "only if it is meant to leave these out, say records: some" in result.judgement.because


def test_some_of_the_records_may_be_there_and_no_other(night: Night) -> None:
    assert night(RIGHT[:1], ", records: some").outcome is Outcome.UNAFFECTED
    assert night([{"id": "P0", "amount": 9}], ", records: some").outcome is Outcome.DAMAGED


def test_rows_that_come_of_no_published_file_prove_nothing_until_they_are_declared_to_be_the_chains_own(
    night: Night,
) -> None:
    begins, _, rest = CHAIN.partition("files:")
    without_files = f"{begins}environment:{rest.partition('environment:')[2]}"
    result = night(RIGHT, chain=without_files)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "the source has published no file that they could be records of" in result.judgement.because
    assert night(RIGHT, ", records: derived", chain=without_files).outcome is Outcome.UNAFFECTED


STATES = "id,state\nP0,PAID\nP1,OPEN\nP2,PAID\nP3,VOID\n"
PAID, OPEN = [{"id": "P0", "state": "PAID"}, {"id": "P2", "state": "PAID"}], {"id": "P1", "state": "OPEN"}


@pytest.mark.parametrize(
    ("records", "rows", "outcome"),
    [
        ("{where: {state: PAID}}", PAID, Outcome.UNAFFECTED),
        ("{where: {state: [PAID, OPEN]}}", [*PAID, OPEN], Outcome.UNAFFECTED),
        ("{except: {state: [VOID]}}", [*PAID, OPEN], Outcome.UNAFFECTED),
        ("{at_least: 50%}", PAID, Outcome.UNAFFECTED),
        ("{where: {state: PAID}, at_least: 50%}", PAID[1:], Outcome.UNAFFECTED),
        ("{where: {state: PAID}}", PAID[1:], Outcome.DAMAGED),
        ("{where: {state: PAID}}", [*PAID, OPEN], Outcome.DAMAGED),
        ("{except: {state: [VOID]}}", PAID, Outcome.DAMAGED),
        ("{at_least: 51%}", PAID, Outcome.DAMAGED),
        ("{where: {stat: PAID}}", PAID, Outcome.INCONCLUSIVE),
    ],
)
def test_which_of_the_records_are_there_is_known(
    night: Night, records: str, rows: list[dict[str, Any]], outcome: Outcome
) -> None:
    result = night(rows, f", records: {records}", STATES)
    assert result.outcome is outcome
    if outcome is Outcome.INCONCLUSIVE:
        assert "no published record has the column 'stat'" in result.judgement.because


def test_derived_rows_are_never_told_to_be_as_published(night: Night) -> None:
    result = night([{"id": "all", "sum": 3.75}], ", records: derived")
    assert result.outcome is Outcome.UNAFFECTED
    assert "were not compared with what was published" in result.judgement.of("delivered_once").sentence  # type: ignore[union-attr]
