"""Histories written by hand, as tables: when, who, what, with what."""

from __future__ import annotations

from typing import Any

from harness.history import History
from harness.testing.histories import BEGIN, DATE, Line, history_of

WHOLE, HALF, YESTERDAY = "sha-of-the-whole-file", "sha-of-half-of-it", "sha-of-yesterdays-file"

TWO_CONSUMERS = dict.fromkeys(("planning", "finance"), BEGIN["consumers"]["planning"])
TRUNCATED = {
    "id": "0:truncate_file",
    "name": "truncate_file",
    "parameters": {},
    "causes": ["truncate_file"],
    "named_by": ["truncat", "trailer"],
}


def night(*lines: Line, **begin: Any) -> History:
    """A history after a night that left yesterday's file behind."""
    return history_of(*lines, **({"seeds": [YESTERDAY]} | begin))


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


def keeps(name: str = "forecast.csv", content: str = WHOLE, folder: str = "landing", **more: Any) -> Line:
    """A file of a folder at the end."""
    return ("12:00:00", "folders", "keeps info", {"folder": folder, "name": name, "size": 9, "content": content} | more)


def put(
    name: str, content: str = WHOLE, kind: str = "ok", clock: str = "02:03:00", via: str = "sftp", **more: Any
) -> Line:
    """A client sends a file."""
    return (clock, "source", f"put {kind}", {"name": name, "via": via, "size": 9, "sha256": content} | more)


def uploaded(name: str, content: str = WHOLE, *, whole: bool = True, via: str = "sftp", **more: Any) -> Line:
    """A file that a client has sent, and that the source has at the end."""
    value = {"name": name, "via": via, "size": 9, "content": content, "whole": whole}
    return ("12:00:00", "source", "keeps info", value | more)


def untouched(name: str = "forecast.csv", via: str = "http") -> Line:
    """A file of the sender's that is where it has put it, at the end."""
    value = {"file": "forecast", "name": name, "via": via, "size": 9, "content": WHOLE, "whole": True}
    return ("12:00:00", "source", "keeps info", value)


def sends(name: str, content: str = WHOLE, clock: str = "02:03:00") -> list[Line]:
    """A file that a client sends, and that is there at the end."""
    there = {"via": "sftp", "name": name, "size": 9, "content": content, "whole": True}
    return [put(name, content, clock=clock), ("12:00:00", "source", "keeps info", there)]


def stored(clock: str, rows: int = 3) -> Line:
    return (clock, "planning", "batch ok", {"key": "k", "rows": rows, "stored": rows, "replayed": False})


def changed(clock: str, before: int, rows: int) -> Line:
    """A transaction changes how many rows a table has."""
    counts = {"stored": max(0, rows - before), "removed": max(0, before - rows), "before": before, "rows": rows}
    return (clock, "planning", "commit ok", counts)


def all_ended() -> list[Line]:
    """Both jobs end well, whatever was delivered."""
    return [ended("02:01:00", "retrieve"), ended("02:02:00", "publish")]


def outside(at: str, program: str = "/opt/bin/jq", *, excepted: bool = False) -> Line:
    reason = "it is linked statically, and has no loader that could bring the clock in"
    value = {"by": "retrieve", "program": program, "reason": reason, "todo": "take another", "excepted": excepted}
    return at, "night", "outside info", value


def paged(clock: str, cause: str, owner: str = "data-ops", job: str = "retrieve") -> Line:
    return (clock, "desk", "page ok", {"owner": owner, "job": job, "cause": cause, "text": ""})


def left(*programs: str, data: tuple[str, ...] = (), added: tuple[str, ...] = (), more: int = 0) -> Line:
    """What jobs have changed in the chain's folder."""
    changed = [[{"path": path, "how": "changed"} for path in paths] for paths in (programs, data)]
    return (
        "12:00:00",
        "night",
        "chain_folder info",
        {"programs": changed[0], "data": changed[1], "added": [*added], "more": more},
    )


def receipt(clock: str, fault: dict[str, Any] = TRUNCATED) -> Line:
    value = {"id": fault["id"], "fault": fault["name"], "point": "serve", "where": {}, "effect": {}}
    return (clock, "source", "fault info", value)


def freed(clock: str, held: int | None = None, **where: str) -> Line:
    """A fault was taken out at the deadline, and would have acted once more, or had kept something back."""
    value = {"id": "0:truncate_file", "fault": "truncate_file", "point": "serve", "where": where}
    return (clock, "source", "freed info", value if held is None else value | {"held": held})


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
        keeps(),
    ]


def without_consumers() -> list[Line]:
    """The same night of a chain that has none."""
    return [line for line in calm() if line[1] not in BEGIN["consumers"]]


def calm_but(*replaced: Line, records: int = 3) -> list[Line]:
    """The same night with other rows at its consumer."""
    return [
        *(line for line in calm(records=records) if line[2] not in {replacing[2] for replacing in replaced}),
        *replaced,
    ]


BASELINE = night(*calm())
EMPTY = night()
