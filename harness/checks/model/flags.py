"""Flags: what a sender sets beside a file to say that it is done, and who has taken the file without it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.checks.model.ends import finished
from harness.checks.model.lineage import Fetch, fetches
from harness.history import History


@dataclass(frozen=True)
class Unflagged:
    """A file that was retrieved before its flag had come, and never after that."""

    name: str
    flag: str
    takers: tuple[str, ...]
    """The jobs that may have taken it, and have ended well."""
    taken_at: int
    """When it was retrieved last: UTC, in nanoseconds."""
    flag_at: int | None = None
    """When its flag came; None: never."""


@functools.lru_cache(maxsize=2)
def flagged_files(history: History) -> Mapping[str, str]:
    """The files that arrive and have a flag, by the names that they arrive with: the flag's."""
    arrived = history.of("publish", component="source")
    return {event.value["name"]: event.value["flag"] for event in arrived if "flag" in event.value}


def taken_unflagged(history: History) -> list[Unflagged]:
    """All of them, by name; a file that is given another name stays the same."""
    flags, retrieved = dict(flagged_files(history)), {fetch.index: fetch for fetch in fetches(history)}
    came: set[str] = set()
    early: dict[str, Unflagged] = {}
    for event in history.of(component="source"):
        name = str(event.value.get("name"))
        if event.action == "rename" and name in flags:
            to = event.value["to"]
            flags[to] = flags.pop(name)
            if name in came:
                came.add(to)
            if name in early:
                early[to] = replace(early.pop(name), name=to)
        elif event.action == "flag":
            came.add(name)
            if name in early and early[name].flag_at is None:
                early[name] = replace(early[name], flag_at=event.at)
        elif event.index in retrieved and name in flags:
            if name in came:
                early.pop(name, None)
            else:
                early[name] = Unflagged(name, flags[name], _delivered_by(retrieved[event.index], history), event.at)
    return [one for _, one in sorted(early.items()) if one.takers]


def _delivered_by(fetch: Fetch, history: History) -> tuple[str, ...]:
    return tuple(taker for taker in fetch.takers if taker in finished(history))
