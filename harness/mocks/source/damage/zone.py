"""The dates of a file are those of another time zone."""

from __future__ import annotations

import datetime as dt

from harness.contract.effects.damages import OtherZone
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import Form, Values, in_records
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(OtherZone)
def zone(body: Body, source_file: SourceFile, given: OtherZone) -> Body:
    """Move every date and time by so many hours, without saying so.

    A date is a midnight that is moved and then cut to its date again: an hour back makes it the day before, and an
    hour on leaves it as it is.
    """
    by = dt.timedelta(hours=given.hours)

    def moved(form: Form, _: int, values: Values) -> Values:
        of_dates = form.of_type("date", "timestamp")
        return values | {name: _moved(values[name], by) for name in of_dates if name in values}

    return in_records(body, source_file, ("zone", given.hours), moved)


def _moved(text: str, by: dt.timedelta) -> str:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    moved = moment + by
    return moved.date().isoformat() if len(text) == len("2026-11-24") else moved.isoformat(sep=text[10])
