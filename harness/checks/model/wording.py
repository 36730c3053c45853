"""How spans and counts are said."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def minutes(seconds: float) -> str:
    """A span as people say it: tenths of a minute where they matter."""
    return f"{seconds / 60:,.1f} min" if seconds < 600 else f"{seconds / 60:,.0f} min"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 row``, ``2 rows``; ``many`` where an s is not enough."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clock(at_ns: int, timezone: str) -> str:
    """A moment as a clock on the wall shows it there."""
    return f"{dt.datetime.fromtimestamp(at_ns // 1_000_000_000, ZoneInfo(timezone)):%H:%M}"
