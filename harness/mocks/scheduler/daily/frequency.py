"""On which dates a job is built into the daily schedule: its frequency, and the calendars that it names."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import get_args

from harness.contract.schedule import Frequency, Weekday

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def why_not(frequency: Frequency, date: dt.date, calendars: Mapping[str, Sequence[str]]) -> str | None:
    """Why a job of that frequency is not built for that date, or None when it is."""
    if frequency.on_request:
        return "on request only"
    weekday = WEEKDAYS[date.weekday()]
    if frequency.weekdays and weekday not in frequency.weekdays:
        return f"not on a {weekday}"
    last = calendar.monthrange(date.year, date.month)[1]
    if frequency.days and not {date.day, date.day - last - 1} & set(frequency.days):
        return f"not on day {date.day} of {last}"
    if frequency.calendar is not None and date.isoformat() not in calendars.get(frequency.calendar, ()):
        return f"{date} is not in the calendar {frequency.calendar}"
    if frequency.not_on is not None and date.isoformat() in calendars.get(frequency.not_on, ()):
        return f"{date} is in the calendar {frequency.not_on}"
    return None
