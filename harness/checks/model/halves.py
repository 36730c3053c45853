"""Halves of results: what a job that died leaves under a name that it had begun to write."""

from __future__ import annotations

import bisect
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.checks.model.ends import JobRuns, runs
from harness.checks.model.holdings import begin_event
from harness.checks.model.markers import is_beside, markers
from harness.checks.model.results import is_result, kept
from harness.contract import beginnings
from harness.history import Event, History

_AT_ONCE_NS = 1_000_000_000
"""What became of a file by then, its writer's end has made of it: a wrapper that clears up, or starts it again."""


@dataclass(frozen=True)
class Half:
    """A result of which only the first part was there when its writer had failed."""

    path: str
    size: int
    job: str
    stays: bool
    """Whether it was there so to the end of the night."""


@functools.lru_cache(maxsize=2)
def halves(night: History, baseline: History) -> tuple[Half, ...]:
    """All of them, by path; of several under one, the last.

    The baseline tells what is whole: all that the file was there whenever its writer closed it, so that a list to which
    a line is added now and then is never half. A file that is open while neighbours answer more than once grows with
    the answers, as a list of what is done: what is in it is true at any moment. Who has a marker for a file does not
    look at the file before.
    """
    marked = {file for files in markers(baseline, baseline).values() for file in files}
    wanted = {path for path in kept(baseline) if is_result(path) and not is_beside(path)} - marked
    wanted -= {path for path in wanted if path.rpartition("/")[2] in begin_event(night).value["files"]}
    whole = {path: events for path, events in _closed_in_one_go(baseline).items() if path in wanted}
    visible = {path: events for path, events in _visible(night).items() if path in whole}
    found = (_last_half(path, visible[path], whole[path], night, baseline) for path in sorted(visible))
    return tuple(half for half in found if half is not None)


def _last_half(
    path: str, visible: list[tuple[Event, int | None]], whole: list[Event], night: History, baseline: History
) -> Half | None:
    writers = _writers(whole[-1], baseline)
    left = [(event, until, _failed_writer(event, until, writers, night)) for event, until in visible]
    if not any(job for _, _, job in left):
        return None  # as most: then what is in it is no matter
    wholes = _Wholes(whole, kept(baseline)[path].text)
    found = (
        Half(path, event.value["length"], job, until is None)
        for event, until, job in reversed(left)
        if job is not None and wholes.has_for_a_part(event)
    )
    return next(found, None)


class _Wholes:
    """What a file was in the baseline, each time that its writer closed it; where it is a small text, also that."""

    def __init__(self, closed: list[Event], text: str | None) -> None:
        self._text = None if text is None else text.encode()
        self._equal = {(event.value["length"], event.value["whole"]) for event in closed}
        lengths: dict[str, int] = {}
        for event in closed:
            begins = event.value["beginnings"]
            lengths[begins] = max(event.value["length"], lengths.get(begins, 0))
        self._longest = sorted(lengths.items())

    def has_for_a_part(self, event: Event) -> bool:
        """Whether this is the first part of one, and none itself.

        Where the text is not known, the bytes after the last beginning are not compared: what lacks fewer than those
        may be whole, but for a line that was left out there.
        """
        size: int = event.value["length"]
        begins: str = event.value["beginnings"]
        digest: str = event.value["whole"]
        if (size, digest) in self._equal:
            return False
        if self._text is not None:
            return size < len(self._text) and beginnings.whole(self._text[:size]) == digest
        least = size + beginnings.not_told(size)
        for place in range(bisect.bisect_left(self._longest, (begins, 0)), len(self._longest)):
            other, length = self._longest[place]
            if not other.startswith(begins):
                return False
            if length > least:
                return True
        return False


def _failed_writer(event: Event, until: int | None, by: frozenset[str], night: History) -> str | None:
    """The job in whose run a file was closed, if that run failed and what was closed was there after that.

    Of several jobs that may have written it, all must have failed. That a file was closed may be told a moment after
    the end that closed it: where nobody was at work then, it was who had ended last.
    """
    jobs = {name: job for name, job in runs(night).items() if name in by}
    at_work = [(name, _ends_from(event.at, job)) for name, job in jobs.items() if job.runs_at(event.at)]
    before = [(name, job.last_by(event.at)) for name, job in jobs.items() if _worked(job, event.at)]
    ends = [(name, end) for name, end in at_work or before if end is not None]
    if not ends or (at_work and len([end for _, end in ends if end.type == "fail"]) < len(at_work)):
        return None
    name, end = max(ends, key=lambda one: one[1].at)
    return name if end.type == "fail" and (until is None or until > end.at + _AT_ONCE_NS) else None


def _ends_from(at: int, job: JobRuns) -> Event | None:
    return next((end for end in job.ends if end.at >= at), None)


def _worked(job: JobRuns, at: int) -> bool:
    """Whether a job was at work then, or until a moment before."""
    last = job.last_by(at)
    return job.runs_at(at) or (last is not None and last.at >= at - _AT_ONCE_NS)


def _writers(closed: Event, baseline: History) -> frozenset[str]:
    return frozenset(name for name, job in runs(baseline).items() if _worked(job, closed.at))


def _visible(history: History) -> dict[str, list[tuple[Event, int | None]]]:
    """What was closed under each name where it was written, and until when it was there so; None: to the end."""
    found: dict[str, list[tuple[Event, int | None]]] = defaultdict(list)
    there: dict[str, Event] = {}
    for event in history.of(component="folders"):
        if event.action not in ("write", "remove"):
            continue
        path = _path(event)
        if (before := there.pop(path, None)) is not None:
            found[path].append((before, event.at))
        if "beginnings" in event.value:
            there[path] = event
    for path, event in there.items():
        found[path].append((event, None))
    return found


def _closed_in_one_go(history: History) -> dict[str, list[Event]]:
    """The same without moments, of files that were not open while several answers came."""
    found: dict[str, list[Event]] = defaultdict(list)
    opened: dict[str, int] = {}
    grows: set[str] = set()
    answers = 0
    for event in history:
        if event.action in ("batch", "put", "serve") and event.type == "ok":
            answers += 1
        elif event.component == "folders" and event.action == "write":
            path = _path(event)
            if event.type == "invoke":
                opened[path] = answers
            elif "beginnings" in event.value:
                found[path].append(event)
                if answers - opened.pop(path, answers) > 1:
                    grows.add(path)
    return {path: events for path, events in found.items() if path not in grows}


def _path(event: Event) -> str:
    return f"{event.value['folder']}/{event.value['name']}"


def told(found: Iterable[Half]) -> Iterator[str]:
    """In words, each."""
    return (
        f"{half.path} with {half.size:,} bytes, the first part of it, after {half.job} had failed" for half in found
    )
