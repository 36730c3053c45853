"""Times of day, dates and spans in the schedule's time zone, as people and clients read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_NS = 1_000_000_000


def clock_time(at_ns: int, timezone: str) -> str:
    """``02:00`` in the schedule's time zone, with seconds only where there are any."""
    local = _local(at_ns, timezone)
    return local.strftime("%H:%M:%S" if local.second else "%H:%M")


def wire_time(at_ns: int, timezone: str) -> str:
    """``2026-11-23T02:00:00.0000000+01:00``, as OpCon writes date-times: seven digits of a second."""
    local = _local(at_ns, timezone)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%dT%H:%M:%S}.{at_ns % _NS // 100:07d}{offset[:3]}:{offset[3:]}"


def span(ns: int) -> str:
    """``45m``, ``1h30m``, ``90s`` as ``1m30s``."""
    hours, rest = divmod(ns // _NS, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if count]
    return "".join(parts) or "0s"


def wall_minutes(since_ns: int, at_ns: int, timezone: str) -> int:
    """How many minutes further the clock on the wall is at the second moment; seconds make one more."""
    first, second = (_local(ns, timezone).replace(tzinfo=None) for ns in (since_ns, at_ns))
    return -((first - second) // timedelta(minutes=1))


def minutes_of(ns: int | None) -> int:
    """A span in minutes, as OpCon counts it, seconds being one more; none is 0, which disables."""
    return -(-(ns or 0) // (60 * _NS))


def midnight_ns(day: str, timezone: str) -> int:
    """The moment at which a date begins."""
    return int(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(timezone)).timestamp()) * _NS


def on_another_day(at_ns: int | None, days: int, timezone: str) -> int | None:
    """The same time of day so many days later, in the schedule's time zone; in a gap of the clocks, after it."""
    if at_ns is None:
        return None
    local = _local(at_ns, timezone).replace(tzinfo=None) + timedelta(days=days)
    moved = local.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return int(moved.timestamp()) * _NS + at_ns % _NS


def days_between(first: str, second: str) -> int:
    """How many days after the first date the second is."""
    return (date.fromisoformat(second) - date.fromisoformat(first)).days


def later(day: str, days: int) -> str:
    """The date so many days after another."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _local(at_ns: int, timezone: str) -> datetime:
    return datetime.fromtimestamp(at_ns // _NS, UTC).astimezone(ZoneInfo(timezone))
