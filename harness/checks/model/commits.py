"""What a consumer has stored, a commit at a time, by whatever it calls one."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.model.holdings import begin_event
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


def came_at(history: History, commit: Event) -> int:
    """When its rows came: of a file that a consumer fetches at a time of its own, when it was there to be fetched.

    A chain that has written it at 02:05 was not late because somebody looked at 03:45. One that nobody has written was
    there when the night began.
    """
    if begin_event(history).value["consumers"].get(commit.component, {}).get("kind") != "pull":
        return commit.at
    file = {"folder": commit.value["folder"], "name": commit.value["file"]}
    written = history.of("write", component="folders", **file)
    return max((event.at for event in written if event.at <= commit.at), default=begin_event(history).at)
