"""Which job took which file, and which jobs built on it: read from what was served and launched."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.checks.model.ends import predecessors
from harness.checks.model.holdings import begin_event
from harness.history import Event, History


@dataclass(frozen=True)
class Fetch:
    """A whole file that was given to a client: the job that asked, or where nobody knows, those at work then."""

    name: str
    index: int
    true: bool
    """Whether it came as it was published."""
    takers: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """A job that ended well after those that it waits for had taken a file as it was not published."""

    name: str
    takers: tuple[str, ...]
    job: str


def fetches(history: History) -> list[Fetch]:
    """Every file that a client was given whole, in order."""
    found: list[Fetch] = []
    at_work: dict[str, None] = {}
    for event in history:
        if event.component == "scheduler":
            _follow(at_work, event)
        elif event.action == "serve" and event.type == "ok" and event.value.get("what") == "file":
            complete = event.value.get("complete")
            takers = (event.value["from"],) if "from" in event.value else tuple(at_work)
            found += [] if complete is None else [Fetch(event.value["name"], event.index, complete, takers)]
    return found


def bad_files(history: History) -> list[Fetch]:
    """Those that came other than they were published."""
    return [fetch for fetch in fetches(history) if not fetch.true]


@functools.lru_cache(maxsize=2)
def taken_over(history: History) -> Mapping[str, str]:
    """The files that no client was given as published in the end, and in words, what could have told that.

    Those are the controls that can detect what was done to the file, where a fault says so of itself.
    """
    last = {fetch.name: fetch.true for fetch in fetches(history)}
    detectable = {fault["id"]: fault.get("detectable_by") or () for fault in begin_event(history).value["faults"]}
    controls: dict[str, dict[str, None]] = {}
    for event in history.of("fault", component="source"):
        known = controls.setdefault(str(event.value.get("where", {}).get("name")), {})
        known.update(dict.fromkeys(detectable.get(event.value["id"], ())))
    able = {name: " or ".join(controls.get(name, ())) for name, true in last.items() if not true}
    return {name: f" ({words} can tell)" if words else "" for name, words in able.items()}


def built_on(history: History) -> list[Taken]:
    """The jobs that ended well on a file that was bad when it was fetched last before they were launched."""
    jobs: Mapping[str, Any] = begin_event(history).value["jobs"]
    last: dict[str, Fetch] = {}
    every = {fetch.index: fetch for fetch in fetches(history)}
    begun_on: dict[str, list[Taken]] = {}
    built: list[Taken] = []
    for event in history:
        if event.index in every:
            last[every[event.index].name] = every[event.index]
        job = str(event.value.get("job"))
        if event.component != "scheduler" or job not in jobs:
            continue
        if event.action == "launch" and event.type == "invoke":
            before = predecessors(history, job)
            bad = (fetch for fetch in last.values() if not fetch.true)
            taken = ((fetch, tuple(taker for taker in fetch.takers if taker in before)) for fetch in bad)
            begun_on[job] = [Taken(fetch.name, takers, job) for fetch, takers in taken if takers]
        elif event.action == "job" and event.type == "ok":
            built += begun_on.pop(job, [])
    return built


def _follow(at_work: dict[str, None], event: Event) -> None:
    if event.action == "launch" and event.type == "invoke":
        at_work[event.value["job"]] = None
    elif event.action == "job" or (event.action == "launch" and event.type == "fail"):
        at_work.pop(event.value["job"], None)
