"""Which exit codes are failures, and on which dates a job is built: rules without a scheduler."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.schedule import ExitCodes, Frequency
from harness.mocks.scheduler.daily.exit_codes import fails
from harness.mocks.scheduler.daily.frequency import why_not
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


@pytest.mark.parametrize(
    ("written", "date", "built"),
    [
        ({}, "2026-11-23", True),
        ({"weekdays": ["mon"]}, "2026-11-23", True),
        ({"weekdays": ["tue", "wed"]}, "2026-11-23", False),
        ({"days": [-1]}, "2028-02-29", True),
        ({"days": [-1]}, "2028-02-28", False),
        ({"days": [29]}, "2027-02-28", False),
        ({"days": [1, 15]}, "2026-11-15", True),
        ({"calendar": "plan days"}, "2026-11-23", True),
        ({"calendar": "plan days"}, "2026-11-24", False),
        ({"not_on": "plan days"}, "2026-11-23", False),
        ({"weekdays": ["mon"], "not_on": "plan days"}, "2026-11-30", True),
        ({"on_request": True}, "2026-11-23", False),
    ],
)
def test_a_frequency_says_on_which_dates_a_job_is_built(written: dict[str, Any], date: str, built: bool) -> None:
    calendars = {"plan days": ["2026-11-23"]}
    why = why_not(read(Frequency, written, "frequency"), dt.date.fromisoformat(date), calendars)
    assert (why is None) is built
