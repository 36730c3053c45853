"""Histories written by hand, as tables: when, who, what, with what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, get_args

from harness.contract.events import EventType
from harness.history import History

DATE = "2026-11-23"
MIDNIGHT_NS = int(dt.datetime(2026, 11, 23, tzinfo=dt.UTC).timestamp()) * 1_000_000_000

Line = tuple[str, str, str, dict[str, Any]]
"""A time of the night (UTC), a component, an action and its type, a value: ("02:00:00", "scheduler", "job ok", {…})."""

BEGIN: Mapping[str, Any] = {
    "scenario": "a test",
    "chain": "planning-feed",
    "date": DATE,
    "timezone": "UTC",
    "owner": "data-ops",
    "deadline_ns": MIDNIGHT_NS + 6 * 3_600_000_000_000,
    "files": ["forecast.csv"],
    "seeds": [],
    "folders": ["landing"],
    "checked": {},
    "consumers": {"planning": {"key": ["id"], "records": "every"}},
    "watermarks": {},
    "quarantine": None,
    "jobs": {
        "retrieve": {"owner": "data-ops", "after": [], "optional": False, "launches": 3},
        "publish": {"owner": "data-ops", "after": ["retrieve"], "optional": False, "launches": 1},
    },
    "budget": {},
    "operators": [],
    "faults": [],
}
"""What the night's begin event says, unless a call of `history_of` says otherwise."""


def history_of(*lines: Line, **begin: Any) -> History:
    """A history from lines, each a nanosecond after the one before; an ``error`` in a value is the event's error.

    ``begin``: what the night's begin event says beside `BEGIN`, or otherwise.
    """
    value = {**BEGIN, **begin}
    records = [{"at": MIDNIGHT_NS - 1, "component": "night", "type": "info", "action": "begin", "value": value}]
    for position, (clock, component, what, said) in enumerate(lines):
        action, _, kind = what.partition(" ")
        if not action or kind not in get_args(EventType):
            types = ", ".join(get_args(EventType))
            raise ValueError(f"found {what!r}, expected an action and its type ({types}), such as 'launch ok'")
        told = {name: content for name, content in said.items() if name != "error"}
        event = {"at": at_ns(clock) + position, "component": component, "type": kind, "action": action, "value": told}
        records.append(event | {"error": said.get("error")})
    return History.merge(records)


def at_ns(clock: str) -> int:
    """A time of that night, such as 02:00:00, in UTC nanoseconds."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return MIDNIGHT_NS + (hours * 3600 + minutes * 60 + seconds) * 1_000_000_000
