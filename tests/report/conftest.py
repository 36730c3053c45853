"""Results made from hand-written histories, as the reports get them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.chain.loading import load_chain
from harness.checks import judge
from harness.clock.ticks import Ticks
from harness.night.result import Result
from harness.night.times import night_times
from harness.scenario.model import Expect, Scenario
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, TRUNCATED, night, receipt

CHAIN = load_chain(Path(__file__).parents[2] / "fixtures/chains/planning_feed/chain.yaml")
MakeResult = Callable[..., Result]


@pytest.fixture
def result_of() -> MakeResult:
    def make(*lines: Line, consumers: dict[str, Any] | None = None, **expect: object) -> Result:
        date = dt.date(2026, 11, 23)
        begin = {} if consumers is None else {"consumers": consumers}
        history = night(receipt("02:00:05"), *lines, faults=[TRUNCATED], **begin)
        return Result(
            scenario=Scenario(scenario="a test", chain=CHAIN, night=date, expect=Expect.model_validate(expect)),
            history=history,
            baseline=BASELINE,
            judgement=judge(history, BASELINE),
            times=night_times(CHAIN, date),
            stack="local",
            clock="virtual",
            network="secluded",
            ticks=Ticks(),
            wall_s=0.5,
        )

    return make
