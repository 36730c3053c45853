"""Whether a night waits for something outside of it: the terminal, or the other end of a pipe it was started with.

Such a night is not stuck. Nothing is due in it, so the other side has all the time it wants.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

from harness.clock.census.census import Sight
from harness.clock.census.waits import watched

Identity = tuple[int, int]
RunCounts = dict[int, str]

_TERMINAL: Identity = (0, os.makedev(5, 0))
"""/dev/tty: each process's own terminal, whatever that is called."""

_MEMORY_DEVICES = 1
"""/dev/null and its kin: there is no other side to wait for."""

_CALLS = {
    "x86_64": {
        "file": {0, 1, 17, 18, 19, 20, 42, 43, 44, 45, 46, 47, 288, 299},
        "poll": {7, 271}, "select": {23, 270}, "epoll": {232, 281},
    },
    "aarch64": {
        "file": {63, 64, 65, 66, 202, 203, 206, 207, 211, 212, 242, 243},
        "poll": {73}, "select": {72}, "epoll": {22},
    },
}  # fmt: skip
"""The calls that wait for files, by how they name them: one, an array, bits, a list that the kernel keeps."""


class InheritedFiles:
    """The pipes, sockets and terminals that this process was started with. Make it before it opens others."""

    def __init__(self) -> None:
        self._files: set[Identity | None] = {_TERMINAL}
        for fd in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers, not paths
            with suppress(OSError):  # the listing's own is closed
                self._files.add(_identity(os.fstat(int(fd))))
        self._files.discard(None)

    def is_awaited(self, sights: list[Sight]) -> bool:
        """Whether any of these threads waits for one of them, or was stopped by a signal and may be continued."""
        return any(_is_stopped(sight) or self._is_awaited_by(sight) for sight in sights)

    def _is_awaited_by(self, sight: Sight) -> bool:
        for fd in _files_of(sight):
            with suppress(OSError):
                if _identity(os.stat(f"/proc/{sight.pid}/fd/{fd}")) in self._files:  # noqa: PTH116 - follows the link
                    return True
        return False


def run_counts_of(sights: list[Sight]) -> RunCounts:
    """How often each of these threads was put on a CPU: one that was asleep, and has the same count now, sleeps on."""
    found = {}
    for sight in sights:
        with suppress(OSError):
            found[sight.tid] = Path(f"/proc/{sight.pid}/task/{sight.tid}/schedstat").read_text()
    return found


def _identity(status: os.stat_result) -> Identity | None:
    if stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode):
        return status.st_dev, status.st_ino
    if stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) != _MEMORY_DEVICES:
        return 0, status.st_rdev
    return None


def _is_stopped(sight: Sight) -> bool:
    try:
        return Path(f"/proc/{sight.pid}/task/{sight.tid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


def _files_of(sight: Sight) -> Iterator[int]:
    """The descriptors that a thread's system call waits for."""
    try:
        number, *arguments = Path(f"/proc/{sight.pid}/task/{sight.tid}/syscall").read_text().split()
        first, second, *more = (int(argument, 16) for argument in arguments)
        calls = _CALLS.get(os.uname().machine, {})
        kind = next(kind for kind, numbers in calls.items() if int(number) in numbers)
    except (OSError, ValueError, StopIteration):  # gone, running, or in another call
        return
    if kind == "file":
        yield first
    elif kind == "epoll":
        yield from watched(sight.pid, first)
    else:
        with suppress(OSError, struct.error), FileIO(f"/proc/{sight.pid}/mem") as memory:
            yield from (
                _polled(memory, first, second) if kind == "poll" else _selected(memory, first, [second, *more[:2]])
            )


def _polled(memory: FileIO, at: int, count: int) -> Iterator[int]:
    """The descriptors of an array of struct pollfd."""
    memory.seek(at)
    for fd, _, _ in struct.iter_unpack("=ihh", memory.read(8 * count)):
        yield fd


def _selected(memory: FileIO, count: int, sets: list[int]) -> Iterator[int]:
    """The descriptors whose bits are set in any of select's sets."""
    for at in filter(None, sets):
        memory.seek(at)
        bits = int.from_bytes(memory.read((count + 7) // 8), "little")
        yield from (fd for fd in range(count) if bits >> fd & 1)
