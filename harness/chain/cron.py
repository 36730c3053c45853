"""When an entry of a crontab starts its job within a night, as Debian's cron decides it.

The fields are those of crontab(5), read by cronsim: days of the month and of the week must both agree when one of the
two begins with a star, and otherwise one of them is enough. Around a change of the clocks (cron(8)), an entry for a
time of day that is skipped runs as soon as the clocks have moved, and one for a time that comes twice runs once; an
entry whose minutes or hours begin with a star runs by what the clocks show, as always.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from harness.values.instants import first_shown_ns, ns_of, shown_at

NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

_MINUTE = dt.timedelta(minutes=1)


def parsed(expression: str, since: dt.datetime = dt.datetime(2026, 1, 1)) -> CronSim:
    """Five fields or a nickname, to be asked for what comes after a moment; ValueError for what is neither."""
    fields = NICKNAMES.get(expression.strip().lower(), expression)
    if len(fields.split()) != 5:
        raise ValueError(f"found '{expression}', expected five fields (minute hour day month weekday) or @daily")
    try:
        return CronSim(fields, since)
    except CronSimError as error:
        raise ValueError(f"found '{expression}', expected a cron expression: {str(error).lower()}") from None


def starts_ns(expression: str, zone: ZoneInfo, begins_ns: int, closes_ns: int) -> tuple[int, ...]:
    """Its starts from the night's begin to before its close; one moment twice where clocks have skipped two of them."""
    moments = _by_the_clocks if any(field.startswith("*") for field in _times_of_day(expression)) else _once_a_day
    found = []
    for at_ns in moments(expression, zone, begins_ns):
        if at_ns >= closes_ns:
            break
        if at_ns >= begins_ns:
            found.append(at_ns)
    return tuple(found)


def _times_of_day(expression: str) -> list[str]:
    return parsed(expression).parts[1:3]


def _by_the_clocks(expression: str, zone: ZoneInfo, begins_ns: int) -> Iterator[int]:
    return map(ns_of, parsed(expression, shown_at(begins_ns, zone) - _MINUTE))


def _once_a_day(expression: str, zone: ZoneInfo, begins_ns: int) -> Iterator[int]:
    shown = shown_at(begins_ns, zone).replace(tzinfo=None)
    # From an hour before: of the times that come twice, the first may lie before the night and the second in it.
    return (first_shown_ns(one, zone) for one in parsed(expression, shown - 61 * _MINUTE))
