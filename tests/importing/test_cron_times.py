"""Cron expressions become what a chain file says of a start under OpCon, and what it cannot say is named."""

from __future__ import annotations

from typing import Any

import pytest

from harness.importing.cron_times import nightly


@pytest.mark.parametrize(
    ("when", "keys"),
    [
        ("0 2 * * *", {"at": "02:00"}),
        ("@daily", {"at": "00:00"}),
        ("@Midnight", {"at": "00:00"}),
        ("@weekly", {"at": "00:00", "frequency": {"weekdays": ["sun"]}}),
        ("@monthly", {"at": "00:00", "frequency": {"days": [1]}}),
        ("30 2 * * mon-fri", {"at": "02:30", "frequency": {"weekdays": ["mon", "tue", "wed", "thu", "fri"]}}),
        ("30 2 * * 5,7", {"at": "02:30", "frequency": {"weekdays": ["fri", "sun"]}}),
        ("0 2 1,15 * *", {"at": "02:00", "frequency": {"days": [1, 15]}}),
        ("0 2 */15 * 1", {"at": "02:00", "frequency": {"weekdays": ["mon"], "days": [1, 16, 31]}}),
        ("0 2 L * *", {"at": "02:00", "frequency": {"days": [-1]}}),
        ("0 1-4 * * *", {"at": "01:00", "recurrence": {"runs": 4, "every": "60m", "from": "start"}}),
        ("0 23,1 * * *", {"at": "23:00", "recurrence": {"runs": 2, "every": "120m", "from": "start"}}),
        ("0 23 * * 7", {"at": "23:00", "frequency": {"weekdays": ["mon"]}}),
        ("0 15 * * *", {"at": "15:00"}),
    ],
)
def test_an_expression_starts_at_its_times_of_one_night(when: str, keys: dict[str, Any]) -> None:
    [slot] = nightly(when).slots
    assert slot.keys == keys


def test_one_that_runs_all_day_is_carried_over_for_the_night() -> None:
    found = nightly("*/15 * * * *")
    assert found.slots[0].keys == {"at": "22:00", "recurrence": {"runs": 56, "every": "15m", "from": "start"}}
    assert found.remarks == ["its runs from 12:00 to 21:45 are not of this night, and left out"]


def test_evening_and_morning_of_some_weekdays_are_slots_of_their_own() -> None:
    morning, evening = nightly("0 2,23 * * 5").slots
    assert morning.keys == {"at": "02:00", "frequency": {"weekdays": ["fri"]}}
    assert evening.keys["frequency"] == {"weekdays": ["sat"]}


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("0 2 * 1 *", "it runs only in some months (1)"),
        ("0 2 13 * 5", "cron runs it on days 13 or weekdays 5, whichever comes"),
        ("0 2 * * 1#1", "its days (* 1#1) need a calendar"),
        ("0 23 1 * *", "at 23:00 the night of the next business date has begun: days 1 of the month"),
        ("*/7 * * * *", "its 126 runs of a night are not evenly spaced"),
    ],
)
def test_what_a_chain_cannot_say_is_named(when: str, said: str) -> None:
    assert said in " ".join(nightly(when).remarks)
