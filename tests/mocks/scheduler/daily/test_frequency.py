"""On which dates a job is built."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.schedule import Frequency
from harness.mocks.scheduler.daily.frequency import why_not


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
