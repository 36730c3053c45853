"""The MSGIN directory: external events as files, the scheduler's second way in.

An ASCII file with one event a line, each ended by a user and that user's event password:
``$JOB:ADD,2026-11-23,feed,rescue,OnRequest,batch,secret``. A file is taken when it is closed or renamed into place, and
is gone when it has been taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from inotify_simple import INotify, flags

TAKEN = flags.CLOSE_WRITE | flags.MOVED_TO | flags.ONLYDIR
LARGEST_BYTES = 1 << 20
"""Of one file: ten thousand events and more."""

CarryOut = Callable[[str, str], None]


class Msgin:
    """Watches the directory; the kernel tells of each file, so nothing is polled.

    ``carry_out`` gets an event and the user; ``refuse`` a line that is none, and why.
    """

    def __init__(self, folder: Path, carry_out: CarryOut, refuse: CarryOut) -> None:
        self._folder = folder
        self._carry_out = carry_out
        self._refuse = refuse
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)  # jobs of any user drop files here
        self._inotify = INotify(nonblocking=True)
        self._inotify.add_watch(str(folder), TAKEN)
        asyncio.get_running_loop().add_reader(self._inotify.fileno(), self._told)
        self._take_all()

    def close(self) -> None:
        """Watch no more."""
        asyncio.get_running_loop().remove_reader(self._inotify.fileno())
        self._inotify.close()

    def empty(self) -> None:
        """Forget what lies there, for another night."""
        for path in self._folder.iterdir():
            path.unlink(missing_ok=True)
        self._inotify.read(timeout=0)

    def _told(self) -> None:
        self._inotify.read(timeout=0)
        self._take_all()

    def _take_all(self) -> None:
        """Take every file in the order of their names: those too that were dropped while the scheduler was down."""
        for path in sorted(self._folder.iterdir()):
            if not path.is_file() or path.name.startswith("."):
                continue
            for line in self._lines_of(path):
                if line.strip():
                    self._take(line.strip())

    def _lines_of(self, path: Path) -> list[str]:
        """What a file says, which is gone then; nothing of one that cannot be taken."""
        lines: list[str] = []
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_BYTES + 1)
            if len(content) <= LARGEST_BYTES:
                lines = content.decode("ascii").splitlines()
            else:
                self._refuse(path.name, f"{path.name}: found more than {LARGEST_BYTES:,} bytes, expected fewer")
        except UnicodeDecodeError as error:
            self._refuse(path.name, f"{path.name} is no ASCII file: {error}")
        except OSError as error:
            self._refuse(path.name, f"{path.name} cannot be read: {error.strerror}")
        with suppress(OSError):  # somebody else may have been quicker
            path.unlink()
        return lines

    def _take(self, line: str) -> None:
        event, user, password = ([*line.rsplit(",", 2), "", ""])[:3]
        if not user.strip() or not password.strip():
            self._refuse(event, "expected the event, a user and the user's event password, with commas")
        else:
            self._carry_out(event, user.strip())
