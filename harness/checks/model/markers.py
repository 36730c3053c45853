"""Markers: files that are there to say that another one is whole, and what of that was there when they came."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.checks.model.holdings import begin_event
from harness.checks.model.results import UPLOADED, is_result
from harness.checks.model.watching import is_watched
from harness.history import Event, History

_MARKER = re.compile(
    r"[.](ok|done|flag|trg|trigger|ready|complete|completed|fin|finished|ctl|sem|success|go|eof)$", re.IGNORECASE
)
_BESIDE = re.compile(
    # Checksums, signatures, manifests and logs may come before what they are about; a database is whole at its commit.
    r"[.](md5|sha\d*(sum)?|crc(32)?|sum|sig|asc|manifest|mf|log|err|out|trace|db|sqlite\d?|wal|journal|shm)$",
    re.IGNORECASE,
)
_EMPTY = 1
"""Bytes: nothing, or the end of a line."""

Named = Mapping[str, frozenset[str]]
"""Markers, and the files that each may stand for."""


@dataclass(frozen=True)
class Step:
    """Paths that are visible from one moment on, all of them whole or none."""

    paths: tuple[str, ...]
    whole: bool


@dataclass(frozen=True)
class Early:
    """A marker that came when a file for which it stands was not there whole."""

    marker: str
    file: str
    came: bool
    """Whether the file did in the end."""


def markers(night: History, baseline: History) -> Named:
    """The markers that appear in the night.

    They are told by their names, and so are empty files that the baseline leaves, where they come after their files
    there.
    """
    files = _files(night) | _files(baseline)
    by_stem: dict[str, set[str]] = defaultdict(set)
    for path in files:
        parts = path.split(".")
        for dots in range(1, len(parts)):
            by_stem[".".join(parts[:dots])].add(path)
    seen = {path for step in _steps(night) for path in step.paths if is_watched(path)}
    named = {path: _stands_for(path, files, by_stem) for path in seen if _MARKER.search(path)}
    empty = {path: _stands_for(path, files, by_stem) for path in _empty(baseline) & seen - named.keys()}
    there = _there_at_first(baseline, empty)
    return {path: of for path, of in named.items() if of} | {path: of for path, of in empty.items() if there.get(path)}


def early_markers(night: History, baseline: History) -> list[Early]:
    """The markers that came too early, each with the first file that it lacked.

    A marker stands for those files that are whole before it in the baseline; where none is, for any of its name.
    """
    of = markers(night, baseline)
    calm, there = _there_at_first(baseline, of), _there_at_first(night, of)
    came = _files(night)
    early = []
    for marker, files in sorted(of.items()):
        lacking = sorted(calm.get(marker, frozenset()) - there[marker])
        if not calm.get(marker) and not there[marker]:
            lacking = sorted(files)
        if lacking:
            early.append(Early(marker, lacking[0], lacking[0] in came))
    return early


def is_beside(path: str) -> bool:
    """Whether it is about other files, or about the run: a checksum, a manifest, a log, a database."""
    return _BESIDE.search(path) is not None


def _stands_for(marker: str, files: Iterable[str], by_stem: Mapping[str, set[str]]) -> frozenset[str]:
    """The file whose name it has with something added; or those of the same stem: ``sums.ok`` for ``sums.csv``."""
    stem = marker.rpartition(".")[0]
    return frozenset({stem} if stem in files else by_stem.get(stem, set()) - {marker})


@functools.lru_cache(maxsize=2)
def _files(history: History) -> frozenset[str]:
    """What was whole at any time of the night, and is something that a marker may stand for."""
    ever = {path for step in _steps(history) if step.whole for path in step.paths}
    return frozenset(path for path in ever if is_result(path) and not (_BESIDE.search(path) or _MARKER.search(path)))


def _there_at_first(history: History, of: Named) -> dict[str, frozenset[str]]:
    """Of the files for which each marker may stand, those that were whole when it first appeared."""
    whole: set[str] = set()
    found: dict[str, frozenset[str]] = {}
    for step in _steps(history):
        (whole.update if step.whole else whole.difference_update)(step.paths)
        found |= {path: of[path] & whole for path in step.paths if path in of and path not in found}
    return found


def _empty(history: History) -> set[str]:
    """The files that have nothing in them at the end, or when they were sent."""
    kept = (event.value for event in history.of("keeps", component="folders"))
    sent = (event for event in history.of("put", component="source", type="ok"))
    folders = {f"{value['folder']}/{value['name']}" for value in kept if value["size"] <= _EMPTY}
    uploads = {_sent(event, "name") for event in sent if event.value.get("size", _EMPTY + 1) <= _EMPTY}
    return {path for path in folders | uploads if is_result(path) and not _BESIDE.search(path)}


@functools.lru_cache(maxsize=4)
def _steps(history: History) -> tuple[Step, ...]:
    """What became visible, in order: in the working folders, and of what was sent to the source."""
    return (*_in_folders(history), *_at_the_source(history))


def _in_folders(history: History) -> Iterator[Step]:
    """A file that is told of in one go, as it was linked or found, appears whole.

    What is found in a new directory is there at once: in which order it came is not known.
    """
    aside = begin_event(history).value["quarantine"]
    found: list[str] = []
    half: Event | None = None
    for event in history.of("write", component="folders"):
        if event.value["folder"] == aside:
            continue
        how = event.value.get("how", "closed")
        if half is not None and (how == "closed" or _path(half) != _path(event)):
            yield from _at_once(found)
            yield Step((_path(half),), whole=False)
        half = event if event.type == "invoke" else None
        if how == "found":
            found.append(_path(event))
        elif half is None:
            yield from _at_once(found)
            yield Step((_path(event),), whole=True)
    yield from _at_once(found)
    if half is not None:
        yield Step((_path(half),), whole=False)


def _at_once(found: list[str]) -> Iterator[Step]:
    if found:
        yield Step(tuple(found), whole=True)
        found.clear()


def _at_the_source(history: History) -> Iterator[Step]:
    for event in history.of(component="source"):
        if event.action == "put" and event.type in ("ok", "fail") and "sha256" in event.value:
            yield Step((_sent(event, "name"),), whole=event.type == "ok")
        elif event.action == "rename" and "via" in event.value:
            yield Step((_sent(event, "to"),), whole=True)


def _path(event: Event) -> str:
    return f"{event.value['folder']}/{event.value['name']}"


def _sent(event: Event, name: str) -> str:
    return f"{UPLOADED}{event.value['via']}/{event.value[name]}"
