"""A local time of one zone, as users write it for `--at`, and the UTC nanoseconds that it stands for.

As for nights, a time that happens twice is the first of the two; the second is written with its offset. A time that
does not exist is refused here: the user can name another.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from harness.errors import AuthorError

_EARLIEST, _LATEST = 1971, 2199
"""The years that a clock page can tell from an uptime, and that fit into its nanoseconds with a night to spare."""

_UTC_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EXPECTED = "expected a local time such as 2026-10-25T01:50, or one with its offset, 2026-10-25T02:30+01:00"


def instant_ns(option: str, text: str, zone: ZoneInfo | None) -> int:
    """The moment; without a zone in the machine's own. Raises AuthorError, which names the option."""
    try:
        given = dt.datetime.fromisoformat(text)
    except ValueError:
        raise AuthorError(f"{option}: found {text!r}, {_EXPECTED}") from None
    if not _EARLIEST <= given.year <= _LATEST:
        raise AuthorError(f"{option}: found {text!r}, expected a year from {_EARLIEST} to {_LATEST}")
    if given.tzinfo is None:
        given = _existing(option, given, zone)
    return (given - _UTC_EPOCH) // dt.timedelta(microseconds=1) * 1000


def as_local_time(at_ns: int, zone: ZoneInfo | None) -> dt.datetime:
    """A moment as clocks in the zone show it; without one, as the machine's do."""
    moment = dt.datetime.fromtimestamp(at_ns // 10**9, dt.UTC)
    return moment.astimezone(zone)


def _existing(option: str, given: dt.datetime, zone: ZoneInfo | None) -> dt.datetime:
    """The time in its zone, the first if there are two."""
    aware = given.replace(tzinfo=zone) if zone else given
    moment = aware.astimezone(dt.UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == given:
        return moment
    where = zone.key if zone else "this machine's time zone"
    raise AuthorError(
        f"{option}: {given.isoformat()} does not exist in {where}: the clocks are set forward over it; "
        "expected a time before or after the change"
    )
