"""Histories written by hand, as tables: when, who, what, with what."""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.history import History

DATE = "2026-11-23"
_MIDNIGHT = int(dt.datetime(2026, 11, 23, tzinfo=dt.UTC).timestamp()) * 1_000_000_000
WHOLE, HALF, YESTERDAY = "sha-of-the-whole-file", "sha-of-half-of-it", "sha-of-yesterdays-file"

Line = tuple[str, str, str, dict[str, Any]]

BEGIN: dict[str, Any] = {
    "scenario": "a test",
    "chain": "planning-feed",
    "date": DATE,
    "owner": "data-ops",
    "deadline_ns": _MIDNIGHT + 6 * 3_600_000_000_000,
    "files": ["forecast.csv"],
    "seeds": [YESTERDAY],
    "folders": ["landing"],
    "consumers": {"planning": {"key": ["id"], "records": "every"}},
    "jobs": {
        "retrieve": {"owner": "data-ops", "after": [], "launches": 3},
        "publish": {"owner": "data-ops", "after": ["retrieve"], "launches": 1},
    },
    "faults": [],
}
TWO_CONSUMERS = dict.fromkeys(("planning", "finance"), BEGIN["consumers"]["planning"])
TRUNCATED = {"id": "0:truncate_file", "name": "truncate_file", "parameters": {}, "named_by": ["truncat", "trailer"]}


def at(clock: str) -> int:
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return _MIDNIGHT + (hours * 3600 + minutes * 60 + seconds) * 1_000_000_000


def night(*lines: Line, **begin: Any) -> History:
    """A history from lines of (time, component, "action type", value); an ``error`` in a value is the event's error."""
    records = [{"at": _MIDNIGHT - 1, "component": "night", "type": "info", "action": "begin", "value": BEGIN | begin}]
    for position, (clock, component, what, value) in enumerate(lines):
        action, kind = what.split()
        told = {name: content for name, content in value.items() if name != "error"}
        event = {"at": at(clock) + position, "component": component, "type": kind, "action": action, "value": told}
        records.append(event | {"error": value.get("error")})
    return History.merge(records)


def holds(
    *keys: str, consumer: str = "planning", fallback_of: str | None = None, content: str = "d", date: str = DATE
) -> Line:
    rows = [[key, f"{content}-{key}"] for key in keys]
    return ("12:00:00", consumer, "holds info", {"rows": rows, "fallback_of": fallback_of, "business_date": date})


def launched(clock: str, job: str) -> list[Line]:
    value = {"job": job, "attempt": 1}
    return [(clock, "scheduler", "launch invoke", value), (clock, "scheduler", "launch ok", value)]


def ended(clock: str, job: str, kind: str = "ok") -> Line:
    return (clock, "scheduler", f"job {kind}", {"job": job, "attempt": 1, "exit": 0 if kind == "ok" else 3})


def stored(clock: str, rows: int = 3) -> Line:
    return (clock, "planning", "batch ok", {"key": "k", "rows": rows, "stored": rows, "replayed": False})


def paged(clock: str, cause: str, owner: str = "data-ops", job: str = "retrieve") -> Line:
    return (clock, "desk", "page ok", {"owner": owner, "job": job, "cause": cause, "text": ""})


def receipt(clock: str, fault: dict[str, Any] = TRUNCATED) -> Line:
    value = {"id": fault["id"], "fault": fault["name"], "point": "serve", "where": {}, "effect": {}}
    return (clock, "source", "fault info", value)


def calm(*, until: str = "02:02:00", records: int = 3) -> list[Line]:
    """A night in which everything goes well: three rows, delivered at two minutes past two."""
    published = {"file": "forecast", "name": "forecast.csv", "sha256": WHOLE, "records": records}
    return [
        ("01:30:00", "source", "publish info", published),
        *launched("02:00:00", "retrieve"),
        ("02:00:10", "folders", "write ok", {"folder": "landing", "name": "forecast.csv", "sha256": WHOLE, "size": 99}),
        ended("02:01:00", "retrieve"),
        *launched("02:01:00", "publish"),
        stored(until),
        ended(until, "publish"),
        holds("a", "b", "c"),
    ]


def calm_but(*replaced: Line, records: int = 3) -> list[Line]:
    """The same night with other rows at its consumer."""
    return [*(line for line in calm(records=records) if line[2] != "holds info"), *replaced]


BASELINE = night(*calm())
EMPTY = night()
