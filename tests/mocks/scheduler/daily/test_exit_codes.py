"""Which exit codes are failures."""

from __future__ import annotations

from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.schedule import ExitCodes
from harness.mocks.scheduler.daily.exit_codes import fails
from tests.mocks.scheduler.scheduler_stage import Stage, at


@pytest.mark.parametrize(
    ("written", "failing", "fine"),
    [
        ({}, [1, 255], [0]),
        ({"failed_if": [{"operator": "GT", "code": 4}]}, [5, 99], [0, 4]),
        ({"failed_if": [{"operator": "EQ", "code": 8}, {"operator": "LT", "code": 0}]}, [8, -1], [0, 1, 9]),
        ({"advanced": [{"operator": "RG", "code": 1, "to": 4, "means": "Finish OK"}]}, [0, 5], [1, 4]),
        (
            {"advanced": [{"operator": "GE", "code": 9, "means": "Fail"}],
             "failed_if": [{"operator": "NE", "code": 0}]},
            [9],
            [1],
        ),
        (
            {"advanced": [
                {"operator": "GE", "code": 10, "means": "Fail"},
                {"operator": "LE", "code": 20, "means": "Fail", "and_or": "AND"},
                {"operator": "EQ", "code": 99, "means": "Fail"},
            ]},
            [10, 20, 99],
            [0, 9, 21],
        ),
    ],
)  # fmt: skip
def test_exit_codes_are_judged_by_the_criteria(written: dict[str, Any], failing: list[int], fine: list[int]) -> None:
    criteria = read(ExitCodes, written, "exit_codes")
    assert [code for code in failing + fine if fails(criteria, code)] == failing


def test_a_signal_fails_whatever_the_criteria_say(stage: Stage) -> None:
    lenient = {"advanced": [{"operator": "GE", "code": -999, "means": "Finish OK"}]}
    told = stage.night(
        stage.job("coded", "exit 7", at_ns=at("02:00"), exit_codes=lenient),
        stage.job("crashed", "kill -SEGV $$", at_ns=at("02:00"), exit_codes=lenient),
    )
    assert told.final == {"coded": "Finished OK", "crashed": "Failed"}


def test_exit_0_can_be_a_failure(stage: Stage) -> None:
    told = stage.night(
        stage.job("empty", "true", at_ns=at("02:00"), exit_codes={"failed_if": [{"operator": "EQ", "code": 0}]})
    )
    assert told.final == {"empty": "Failed"}
