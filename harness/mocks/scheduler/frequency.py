"""On which dates a job is built into the daily schedule: its frequency, and the calendars that it names."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Frequency:
    """All that is given must agree: weekdays, days of the month (negative: from its end), calendars.

    ``calendar``: only its dates. ``not_on``: none of that calendar's. ``on_request``: never by itself.
    """

    name: str = "Daily"
    weekdays: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    calendar: str | None = None
    not_on: str | None = None
    on_request: bool = False

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> Frequency:
        """As the plan writes it."""
        return cls(
            name=written.get("name") or ("Daily" if not written else "Custom"),
            weekdays=tuple(written.get("weekdays") or ()),
            days=tuple(written.get("days") or ()),
            calendar=written.get("calendar"),
            not_on=written.get("not_on"),
            on_request=bool(written.get("on_request")),
        )

    def why_not(self, date: dt.date, calendars: Mapping[str, Sequence[str]]) -> str | None:
        """Why the job is not built for that date, or None when it is."""
        if self.on_request:
            return "on request only"
        if self.weekdays and WEEKDAYS[date.weekday()] not in self.weekdays:
            return f"not on a {WEEKDAYS[date.weekday()]}"
        last = calendar.monthrange(date.year, date.month)[1]
        if self.days and not {date.day, date.day - last - 1} & set(self.days):
            return f"not on day {date.day} of {last}"
        if self.calendar is not None and date.isoformat() not in calendars.get(self.calendar, ()):
            return f"{date} is not in the calendar {self.calendar}"
        if self.not_on is not None and date.isoformat() in calendars.get(self.not_on, ()):
            return f"{date} is in the calendar {self.not_on}"
        return None
