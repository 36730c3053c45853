"""The nights before, beside a baseline: when they are lived, and what they tell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from harness.chain.loading import load_chain
from harness.content import shipped
from harness.faults import NoFault, StaleContent
from harness.night.earlier_nights import stale_days
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.checks.nights import BASELINE, calm, calm_but, holds, night
from tests.night.test_night import CHAIN as CHAIN_OF_A_NIGHT
from tests.night.test_night import SCENARIO

CHAIN = load_chain(shipped.fixtures() / "chains/planning_feed/chain.yaml")
NIGHT = dt.date(2026, 11, 23)


def test_no_earlier_night_is_lived_where_no_row_is_wrong() -> None:
    assert stale_days(CHAIN, [], NIGHT, night(*calm()), BASELINE) == []
    assert stale_days(CHAIN, [], NIGHT, night(*calm_but(holds("a"))), BASELINE) == []


def test_those_are_lived_that_wrong_rows_may_be_of() -> None:
    wrong = night(*calm_but(holds("a", "b", "x")))
    assert stale_days(CHAIN, [NoFault()], NIGHT, wrong, BASELINE) == [dt.date(2026, 11, 22)]
    back = [StaleContent(file="forecast", days_before=7)]
    assert stale_days(CHAIN, back, NIGHT, wrong, BASELINE) == [dt.date(2026, 11, 22), dt.date(2026, 11, 16)]


def test_yesterdays_content_that_becomes_tonights_plan_is_called_stale_and_of_which_day(
    night_runner: NightRunner,
) -> None:
    result = night_runner.run(load_scenario(shipped.scenarios() / "content" / "yesterdays_content_fragile.yaml"))
    assert result.judgement.because.endswith("rows are wrong at the consumer: 4,387 stale (of 2026-11-22)")


ONE_DAY = """
import datetime as dt
from harness.formats import Column

COLUMNS = (Column("key"), Column("amount", "integer"))

def records(*, date, seed):
    if date != dt.date(2026, 11, 23):
        raise ValueError("no such day")
    yield "a", 1
"""


def test_a_night_before_of_which_there_is_no_content_is_left_out(tmp_path: Path, night_runner: NightRunner) -> None:
    send = "ask \"$PLANNING/batches\" -H 'Idempotency-Key: k' -d "
    rows = '\'{"business_date": "2026-11-23", "rows": [{"key": "a", "amount": \'$amount\'}]}\''
    script = f"{ASK}\namount=$([ $(date +%M) = 00 ] && echo 1 || echo 2)\n{send}{rows}\n"
    chain = CHAIN_OF_A_NIGHT.replace("{copy: forecast.csv}", "{factory: one}")
    chain = chain.replace("planning: {kind: http}", "planning: {kind: http, key: [key]}")
    (tmp_path / "factories").mkdir()
    texts = {"runbook.md": "Ask.\n", "factories/one.py": ONE_DAY, "chain.yaml": chain, "fetch.sh": script}
    for name, text in (texts | {"night.yaml": SCENARIO.replace("FAULT", "late_start: {job: fetch, by: 10m}")}).items():
        (tmp_path / name).write_text(text)
    result = night_runner.run(load_scenario(tmp_path / "night.yaml"))
    assert "rows are wrong at the consumer: 1 changed" in result.judgement.because
