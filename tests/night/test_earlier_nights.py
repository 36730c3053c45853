"""The nights before, beside a baseline: when they are lived, and what they tell."""

from __future__ import annotations

import datetime as dt

from harness.chain.loading import load_chain
from harness.content import shipped
from harness.faults import NoFault, StaleContent
from harness.night.earlier_nights import stale_days
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.checks.nights import BASELINE, calm, calm_but, holds, night

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
