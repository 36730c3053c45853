"""What a consumer has stored, a commit at a time, by whatever it calls one."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.events.neighbours import COMMITS
from harness.history import Event, History


def is_commit(event: Event) -> bool:
    """Whether a consumer says that something is stored; how many rows anew, its ``stored`` says."""
    return event.type == "ok" and event.action in COMMITS


def commits(history: History, consumer: str | None = None) -> Iterator[Event]:
    """Those of a consumer, or of all, in the order of time."""
    of = {} if consumer is None else {"component": consumer}
    found = (event for action in COMMITS for event in history.of(action, type="ok", **of))
    return iter(sorted(found, key=lambda event: event.at))
