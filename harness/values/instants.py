"""What clocks in a time zone show, as an instant: UTC nanoseconds."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECOND = dt.timedelta(seconds=1)


def first_shown_ns(shown: dt.datetime, zone: ZoneInfo) -> int:
    """When clocks in the zone first show that date and time (without a zone), or have passed it."""
    local = shown.replace(tzinfo=zone, fold=0)
    moment = local.astimezone(dt.UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) != shown.replace(fold=0):
        moment = _end_of_gap(local, zone)
    return ns_of(moment)


def shown_at(at_ns: int, zone: ZoneInfo) -> dt.datetime:
    """What clocks in the zone show then, with the zone, to the second."""
    return dt.datetime.fromtimestamp(at_ns // 1_000_000_000, zone)


def ns_of(moment: dt.datetime) -> int:
    """A moment with its zone, to the second."""
    return (moment - _EPOCH) // _SECOND * 1_000_000_000


def _end_of_gap(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The moment of the change itself: both readings of a time that does not exist lie on either side of it."""
    before = local.replace(fold=1).astimezone(dt.UTC)
    after = local.replace(fold=0).astimezone(dt.UTC)
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after.replace(microsecond=0)
