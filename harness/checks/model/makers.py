"""When a file was made, and which jobs may have: those that ran when it got its name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from harness.checks.model.ends import runs
from harness.checks.model.results import UPLOADED, uploaded_as
from harness.history import Event, History


@lru_cache(maxsize=2)
def makers(history: History) -> Mapping[str, frozenset[str]]:
    """By path, in a folder or at the source; of a file that was made several times, those of the last time."""
    return {
        path: frozenset(name for name, job in runs(history).items() if job.runs_at(at))
        for path, at in made_at(history).items()
    }


@lru_cache(maxsize=2)
def made_at(history: History) -> Mapping[str, int]:
    """When each file was made, by path: UTC nanoseconds, the last time of several."""
    return {path: event.at for event in history for path in _made(event)}


def of_optional_jobs(paths: tuple[str, ...], optional: Collection[str], baseline: History) -> tuple[str, ...]:
    """The files among these that one of these jobs, which the chain calls optional, may have made in the baseline."""
    return tuple(path for path in paths if makers(baseline).get(path, frozenset()) & frozenset(optional))


def _made(event: Event) -> Iterator[str]:
    value = event.value
    if event.component == "folders" and event.action == "write" and event.type == "ok":
        yield f"{value['folder']}/{value['name']}"
    elif event.component == "source" and event.action == "put" and event.type == "ok":
        yield uploaded_as(value)
    elif event.component == "source" and event.action == "rename" and "via" in value:
        yield f"{UPLOADED}{value['via']}/{value['to']}"
