"""Flags: what a sender sets beside a file to say that it is done, and who has taken the file without it."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.checks.model.ends import finished
from harness.checks.model.lineage import Fetch, fetches
from harness.history import Event, History


@dataclass(frozen=True)
class Unflagged:
    """A file that was retrieved before its flag had come, and never after that."""

    name: str
    flag: str
    takers: tuple[str, ...]
    """The jobs that may have taken it, and have ended well."""
    taken_at: int
    """When its last retrieval began: UTC, in nanoseconds."""
    flag_at: int | None = None
    """When its flag came; None: never."""


@functools.lru_cache(maxsize=2)
def flagged_files(history: History) -> Mapping[str, str]:
    """The files that arrive and have a flag, by the names that they arrive with: the flag's."""
    arrived = history.of("publish", component="source")
    return {event.value["name"]: event.value["flag"] for event in arrived if "flag" in event.value}


def taken_unflagged(history: History) -> list[Unflagged]:
    """All of them, by name; a file that is given another name stays the same.

    Whether the flag had come is asked of the moment in which a retrieval began: a slow one goes on past it.
    """
    flags, retrieved = dict(flagged_files(history)), {fetch.index: fetch for fetch in fetches(history)}
    came: dict[str, int] = {}
    asked: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    early: dict[str, Unflagged] = {}
    for event in history.of(component="source"):
        name = str(event.value.get("name"))
        if event.action == "rename" and name in flags:
            to = event.value["to"]
            flags[to] = flags.pop(name)
            if name in came:
                came[to] = came[name]
            if name in early:
                early[to] = replace(early.pop(name), name=to)
        elif event.action == "flag":
            came.setdefault(name, event.at)
            if name in early and early[name].flag_at is None:
                early[name] = replace(early[name], flag_at=event.at)
        elif event.action == "serve":
            began = _began(event, asked)
            if event.index not in retrieved or name not in flags:
                continue
            if name in came and came[name] <= began:
                early.pop(name, None)
            else:
                takers = _delivered_by(retrieved[event.index], history)
                early[name] = Unflagged(name, flags[name], takers, began, came.get(name))
    return [one for _, one in sorted(early.items()) if one.takers]


def _began(event: Event, asked: dict[tuple[Any, ...], list[int]]) -> int:
    """When the request began that this event is of; of several alike at once, the last one that has not ended."""
    open_ones = asked[tuple(event.value.get(field) for field in ("name", "what", "via", "from"))]
    if event.type == "invoke":
        open_ones.append(event.at)
        return event.at
    return open_ones.pop() if open_ones else event.at


def _delivered_by(fetch: Fetch, history: History) -> tuple[str, ...]:
    return tuple(taker for taker in fetch.takers if taker in finished(history))
