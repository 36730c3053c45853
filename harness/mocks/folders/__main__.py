"""The folder watch: what becomes visible in the chain's working folders, under which name, and how."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inotify_simple import Event, INotify, flags

from harness.contract.plan import Plan
from harness.mocks.core.mock import Mock
from harness.mocks.core.program import run
from harness.mocks.folders.beginnings import beginnings
from harness.mocks.folders.kept import Kept

TOLD_AT_ONCE = 64
"""So many events are told before the kernel is asked for more: its own queue is bounded, and loses what is too much."""

WATCHED = (
    flags.CREATE
    | flags.OPEN
    | flags.MODIFY
    | flags.CLOSE_WRITE
    | flags.MOVED_FROM
    | flags.MOVED_TO
    | flags.DELETE
    | flags.ONLYDIR
)

LONGEST_TEXT = 4_096
"""Bytes of a watermark that are read: it is a date or a number, alone or in a small JSON object."""


@dataclass(frozen=True)
class Place:
    """A watched directory: a folder of the chain, or one inside it."""

    folder: str
    path: Path
    inside: str

    def named(self, name: str) -> str:
        """A file's name as seen from the folder."""
        return f"{self.inside}{name}"


class Folders(Mock):
    """The folder watch: told by the kernel, so nothing is polled and nothing that appears is missed.

    The content of names that count (the plan's ``watch``; all, when it is empty) is recorded with size and checksum
    when they appear; of all files, what is compared is recorded when the night is over.
    """

    component = "folders"

    async def serve(self) -> dict[str, int]:
        """No endpoint: the folders themselves are the data side."""
        self._inotify = INotify(nonblocking=True)
        self._places: dict[int, Place] = {}
        self._pending: deque[Event] = deque()
        self._writing: set[tuple[str, str]] = set()
        self._counting: frozenset[str] = frozenset()
        self._read: frozenset[str] = frozenset()
        self._kept: Kept | None = None
        self._folders: dict[str, Path] = {}
        return {}

    async def reset(self, plan: Plan) -> None:
        """Watch the plan's folders as they are now; what was seen of their clearing is forgotten."""
        self.loop.remove_reader(self._inotify.fileno())
        self._inotify.close()
        self._inotify = INotify(nonblocking=True)
        self._places.clear()
        self._pending.clear()
        self._writing.clear()
        self._counting = frozenset(plan.watch)
        self._read = frozenset(plan.read)
        self._kept = Kept(plan, self.dir / "store")
        self._folders = {folder: self.dir / "folders" / folder for folder in sorted(plan.folders)}
        for folder, path in self._folders.items():
            path.mkdir(parents=True, exist_ok=True)
            self._watch(Place(folder, path, ""))
        self.loop.add_reader(self._inotify.fileno(), self._seen)

    async def settle(self) -> None:
        """Tell what the kernel has told, and what there is at the end."""
        self._seen()
        for folder, path in self._folders.items():
            assert self._kept is not None  # noqa: S101 - it came with the folders
            for value in self._kept.files(folder, path):
                self.recorder.record("info", "keeps", value)

    def state(self) -> dict[str, Any]:
        """Which folders are watched, and which names are being written."""
        return {
            "folders": sorted(place.folder + "/" + place.inside for place in self._places.values()),
            "writing": sorted(f"{folder}/{name}" for folder, name in self._writing),
        }

    def _watch(self, place: Place) -> None:
        self._places[self._inotify.add_watch(str(place.path), WATCHED)] = place
        for entry in sorted(place.path.iterdir()):
            if entry.is_dir():
                self._watch(Place(place.folder, entry, place.named(f"{entry.name}/")))

    def _seen(self) -> None:
        self._pull()
        while self._pending:
            for _ in range(min(len(self._pending), TOLD_AT_ONCE)):
                event = self._pending.popleft()
                if event.mask & flags.Q_OVERFLOW:
                    raise RuntimeError("the kernel's queue of folder events overflowed: events were lost")
                place = self._places.get(event.wd)
                if place is not None and event.name:
                    self._tell(place, event)
            self._pull()

    def _pull(self) -> None:
        self._pending.extend(self._inotify.read(timeout=0))

    def _tell(self, place: Place, event: Event) -> None:
        name = place.named(event.name)
        key = (place.folder, name)
        value: dict[str, Any] = {"folder": place.folder, "name": name}
        if event.mask & flags.ISDIR:
            if event.mask & (flags.CREATE | flags.MOVED_TO):
                self._found(place, event.name)
        elif event.mask & flags.CREATE and self._has_its_content(place, event.name):
            # A link to a file that is there under another name, or had none: it appears whole.
            self.recorder.record("invoke", "write", value)
            self.recorder.record("ok", "write", value | self._content(place, event.name) | {"how": "linked"})
        elif event.mask & (flags.CREATE | flags.MODIFY):
            # A file that is written anew in its place is as visible, half done, as one that is created.
            if key not in self._writing:
                self._writing.add(key)
                self.recorder.record("invoke", "write", value)
        elif event.mask & flags.CLOSE_WRITE:
            if key in self._writing:
                self._writing.discard(key)
                content = self._content(place, event.name) | self._beginnings(place, event.name)
                self.recorder.record("ok", "write", value | content | {"how": "closed"})
        elif event.mask & flags.MOVED_TO:
            self._writing.discard(key)
            self.recorder.record("ok", "write", value | self._content(place, event.name) | {"how": "renamed"})
        elif event.mask & (flags.MOVED_FROM | flags.DELETE):
            self._writing.discard(key)
            self.recorder.record("info", "remove", value)

    def _has_its_content(self, place: Place, name: str) -> bool:
        """Whether a name that has just appeared was given to a file with content: who creates one opens it first."""
        try:
            size = (place.path / name).lstat().st_size
        except OSError:
            return False
        self._pull()
        opened = (one.name for one in self._pending if one.mask & flags.OPEN and self._places.get(one.wd) == place)
        return bool(size) and name not in opened

    def _found(self, place: Place, name: str) -> None:
        """Watch a new directory; files that were in it before the watch began are told as if written at once."""
        new = Place(place.folder, place.path / name, place.named(f"{name}/"))
        try:
            self._watch(new)
            files = sorted(path for path in new.path.rglob("*") if path.is_file())
        except OSError:
            return  # gone again already
        for path in files:
            value = {"folder": new.folder, "name": new.named(str(path.relative_to(new.path)))}
            self.recorder.record("invoke", "write", value)
            self.recorder.record(
                "ok", "write", value | self._content(Place(new.folder, path.parent, ""), path.name) | {"how": "found"}
            )

    def _content(self, place: Place, name: str) -> dict[str, Any]:
        """Size and checksum of a file that counts, followed through renames that have happened since; of a watermark
        also its text.
        """
        read = f"{place.folder}/{place.named(name)}" in self._read
        if self._counting and name not in self._counting and not read:
            return {"size": None, "sha256": None}
        path = place.path / name
        while True:
            try:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                    content: dict[str, Any] = {"size": file.tell(), "sha256": digest}
                    if read:
                        file.seek(0)
                        content["text"] = file.read(LONGEST_TEXT).decode(errors="replace")
                    return content
            except OSError:
                self._pull()
                if (moved := self._moved(path)) is None:
                    return {"size": None, "sha256": None}
                path = moved

    def _beginnings(self, place: Place, name: str) -> dict[str, Any]:
        """By which half of a result is told that was written in its place; not of what is read as a whole."""
        assert self._kept is not None  # noqa: S101 - it came with the folders
        file = place.path / name
        may_be = name not in self._counting
        if not may_be or not self._kept.counts(f"{place.folder}/{place.named(name)}") or not file.is_file():
            return {}
        try:
            return beginnings(file)
        except OSError:
            return {}  # gone already, or renamed: then nobody can have seen it for long

    def _moved(self, path: Path) -> Path | None:
        """Where a file was renamed to, according to what the kernel has told since."""
        cookie = None
        for event in self._pending:
            place = self._places.get(event.wd)
            if place is None:
                continue
            if event.mask & flags.MOVED_FROM and place.path / event.name == path:
                cookie = event.cookie
            elif event.mask & flags.MOVED_TO and event.cookie == cookie:
                return place.path / str(event.name)
        return None


if __name__ == "__main__":
    run(Folders)
