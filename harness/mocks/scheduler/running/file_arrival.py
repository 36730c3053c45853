"""The file-arrival job: it waits for a file that lies still, and was created in its window."""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from harness.contract.schedule import FileArrival
from harness.mocks.scheduler.timing.agenda import Agenda, Alarm

LOOK_EVERY_NS = 30_000_000_000
FILE_NOT_FOUND, PATH_NOT_FOUND, OUT_OF_RANGE = 1, 2, 3


class FileWatch:
    """Looks for the file now and then, as the vendor's file watchers do, until it is there or its time is up.

    ``ended`` is called once, with 0 or the vendor's exit code: 1 no file, 2 no folder, 3 a file, but created outside
    the window. A file counts when its size has not changed for the stable time; the date of its last write stands for
    its creation, so that a rename does not make an old file new.
    """

    MEANS: ClassVar[Mapping[int, str]] = {
        FILE_NOT_FOUND: "file not found",
        PATH_NOT_FOUND: "path not found",
        OUT_OF_RANGE: "file found, but its creation date is out of range",
    }

    def __init__(
        self, arrival: FileArrival, agenda: Agenda, ended: Callable[[int], None], *, found: Callable[[str], None]
    ) -> None:
        self._arrival = arrival
        self._agenda = agenda
        self._ended = ended
        self._found = found
        self._still: dict[str, tuple[int, int]] = {}
        """Size of each file that matches, and since when it has been so."""
        self._entry: Alarm | None = None

    def begin(self) -> None:
        """Look for the first time."""
        if not Path(self._arrival.file).parent.is_dir():
            self.end(PATH_NOT_FOUND)
        else:
            self._look()

    def stop(self) -> None:
        """Look no more."""
        self._agenda.cancel(self._entry)
        self._entry = None

    def end(self, code: int) -> None:
        """The job ends so."""
        self.stop()
        self._ended(code)

    def _look(self) -> None:
        arrival, now_ns, in_range = self._arrival, time.time_ns(), False
        sizes = self._matching()
        self._still = {
            name: (size, self._still[name][1] if self._still.get(name, (None,))[0] == size else now_ns)
            for name, (size, _) in sizes.items()
        }
        for name, (_, written_ns) in sorted(sizes.items()):
            if not self._in_range(written_ns):
                continue
            in_range = True
            if now_ns - self._still[name][1] >= arrival.stable_for_ns:
                self._found(name)
                self.end(0)
                return
        if arrival.until_ns is not None and now_ns >= arrival.until_ns:
            self.end(OUT_OF_RANGE if sizes and not in_range else FILE_NOT_FOUND)
            return
        pause_ns = min(LOOK_EVERY_NS, max(arrival.stable_for_ns, 1_000_000_000))
        next_ns = now_ns // 1_000_000 * 1_000_000 + pause_ns
        if arrival.until_ns is not None:
            next_ns = min(next_ns, arrival.until_ns)
        self._entry = self._agenda.at(next_ns, self._look)

    def _matching(self) -> dict[str, tuple[int, int]]:
        """Size and time of the last write of every file whose name matches."""
        folder, _, pattern = self._arrival.file.rpartition("/")
        if self._arrival.subfolders:
            pattern = f"**/{pattern}"
        found = {}
        for name in glob.iglob(pattern, root_dir=folder, recursive=True):  # noqa: PTH207 - only names, and one look at each
            try:
                stat = os.stat(f"{folder}/{name}")  # noqa: PTH116 - a name that is joined already
            except FileNotFoundError:
                continue
            found[name] = (stat.st_size, stat.st_mtime_ns)
        return found

    def _in_range(self, written_ns: int) -> bool:
        begin, end = self._arrival.created_from_ns, self._arrival.created_until_ns
        return (begin is None or written_ns >= begin) and (end is None or written_ns <= end)
