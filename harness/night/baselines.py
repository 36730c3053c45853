"""The baselines of a run: each is lived by the first worker that needs it, and read by the others."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import LoadError
from harness.history import History, rows_path

Live = Callable[[], History]
"""Lives the night without faults."""


class Baselines:
    """Nights without faults, found again by a text that says all that they depend on.

    They are remembered, and where ``folder`` is given, kept in files there: a folder of one run that its workers share.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[str, History] = {}

    def get(self, depends_on: str, live: Live) -> History:
        """Known, read, or lived here; while another worker lives it, that is waited for."""
        found = self._take(depends_on, live, wait=True)
        assert found is not None  # noqa: S101 - no other worker can have it any more
        return found

    def get_unless_busy(self, depends_on: str, live: Live) -> History | None:
        """The same, but None while another worker lives it: there may be better things to do than to wait."""
        return self._take(depends_on, live, wait=False)

    def _take(self, depends_on: str, live: Live, *, wait: bool) -> History | None:
        if depends_on in self._known:
            return self._known[depends_on]
        if self._folder is None:
            self._known[depends_on] = live()
            return self._known[depends_on]
        kept = _Kept(self._folder, hashlib.sha256(depends_on.encode()).hexdigest())
        with kept.locked(wait=wait) as ours:
            if not ours:
                return None
            found = kept.read()
            if found is None:
                kept.write(found := live())
            self._known[depends_on] = found
        return self._known[depends_on]


class _Kept:
    """One baseline's place in the folder: its lock, and its file, whose name states the checksum of what it holds."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    @contextmanager
    def locked(self, *, wait: bool) -> Iterator[bool]:
        """Have it alone; False where another worker has it. The kernel's lock ends with its holder, dead or alive."""
        with (self._folder / f"{self._name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def read(self) -> History | None:
        """What a worker has kept; None where none has, and of a file that is not what its name says."""
        for path in self._folder.glob(f"{self._name}.*.jsonl"):
            if path == self._path_of(path):
                try:
                    return History.read(path)
                except LoadError:  # its rows are not there, or others
                    continue
        return None

    def write(self, history: History) -> None:
        """Keep it: the file has its name only when it is whole."""
        beside = self._folder / f"{self._name}.part"
        history.write(beside)
        kept = self._path_of(beside)
        if rows_path(beside).exists():
            rows_path(beside).replace(rows_path(kept))
        beside.replace(kept)

    def _path_of(self, content: Path) -> Path:
        with content.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return self._folder / f"{self._name}.{digest}.jsonl"
