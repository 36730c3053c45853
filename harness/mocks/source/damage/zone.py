"""The dates of a file are those of another time zone."""

from __future__ import annotations

import datetime as dt
import re

from harness.contract.effects.damages import OtherZone
from harness.formats.table import DATES
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import in_columns
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

_DAY = (
    re.compile(r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"),
    re.compile(r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})"),
)
"""2026-11-24, 20261124 and 24.11.2026, as a column of dates can have them."""

_HOUR = re.compile(r"[T ]?(?P<hour>[01]\d|2[0-4])(?=:?[0-5]\d)")
"""The hour behind a day; what follows it stays."""


@damage(OtherZone)
def zone(body: Body, source_file: SourceFile, given: OtherZone) -> Body:
    """Move every date and time by so many hours, without saying so, each in its own form.

    A date is a midnight that is moved and then cut to its date again: an hour back makes it the day before, and an
    hour on leaves it as it is.
    """
    by, seen = dt.timedelta(hours=given.hours), False

    def moved(text: str) -> str:
        nonlocal seen
        other = _moved(text, by)
        seen = seen or other is not None
        return text if other is None else other

    def none_changed() -> NothingToDamage:
        if seen:
            return NothingToDamage(f"no date or time of the file changes by {given.hours} h")
        return NothingToDamage("no date of the file is written as 2026-11-24, 20261124 or 24.11.2026")

    return in_columns(body, source_file, given, DATES, moved, none_changed)


def _moved(text: str, by: dt.timedelta) -> str | None:
    """None where it is neither a date nor a time."""
    for form in _DAY:
        if (day := form.match(text)) is None:
            continue
        hour = _HOUR.match(text, day.end())
        if hour is None and day.end() != len(text):
            continue
        try:
            midnight = dt.datetime(int(day["year"]), int(day["month"]), int(day["day"]))
            moment = midnight + dt.timedelta(hours=int(hour["hour"]) if hour else 0) + by
        except (ValueError, OverflowError):
            return None
        placed = {name: day.span(name) for name in ("year", "month", "day")}
        if hour is not None:
            placed["hour"] = hour.span("hour")
        for name, (start, end) in placed.items():
            text = text[:start] + f"{getattr(moment, name):0{end - start}}" + text[end:]
        return text
    return None
