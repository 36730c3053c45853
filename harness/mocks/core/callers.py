"""Who asks: the job whose process has made a connection, and the one whose request is being answered.

TCP does not say which program is at the other end, and the wire hides even its address. So there is a file for each
port on which a mock listens, ``DIR/callers/PORT``, with a place for each port from which a connection can come. The
clock's library writes the name of its job there before it connects (harness/clock/preload/sockets/callers.c), in every
process of the job and on both stacks; the wire writes down for whom it goes on to the mock behind it. Nobody is known
where the library is not: a static program, a clock that is real.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection
from contextvars import ContextVar
from pathlib import Path
from weakref import WeakKeyDictionary

FROM = "from"
"""What events and orders call the job that asks, as scenarios do."""

PLACE_BYTES = 64
"""The clock's library has the same number; a longer name is cut, and so is the one that it is compared with."""

_asker: ContextVar[str] = ContextVar("asker", default="")


def asking(job: str) -> None:
    """All that this task does from now on is for a request of that job; empty: of nobody knows whom."""
    _asker.set(job)


def asker() -> dict[str, str]:
    """Whose request this task answers, as a field of an event or of a point's ``where``; nothing if nobody knows."""
    job = _asker.get()
    return {FROM: job} if job else {}


class Callers:
    """The jobs that connect to one port. ``jobs`` are those of the night: other programs have names too."""

    def __init__(self, folder: Path, port: int, jobs: Callable[[], Collection[str]]) -> None:
        self._jobs = jobs
        self._known: WeakKeyDictionary[object, str] = WeakKeyDictionary()
        path = _file(folder, port)
        path.parent.mkdir(exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        path.chmod(0o666)  # another user may run the job

    def take(self, port: int) -> str:
        """The job that has connected from a port, which is forgotten then: the next may come from there unnamed."""
        at = port * PLACE_BYTES
        name = os.pread(self._descriptor, PLACE_BYTES, at).split(b"\0")[0]
        if not name:
            return ""
        os.pwrite(self._descriptor, bytes(PLACE_BYTES), at)
        return next((job for job in self._jobs() if _clipped(job) == name), "")

    def of(self, transport: asyncio.BaseTransport | None) -> str:
        """The job at the other end of a connection, at whichever of its requests that is asked."""
        if transport is None:
            return ""
        if transport not in self._known:
            peer = transport.get_extra_info("peername")
            self._known[transport] = self.take(peer[1]) if peer else ""
        return self._known[transport]


def tell(folder: Path, port: int, from_port: int, job: str) -> None:
    """Write down for which job a mock goes on to a port of another one, if that one looks."""
    try:
        descriptor = os.open(_file(folder, port), os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.pwrite(descriptor, _clipped(job).ljust(PLACE_BYTES, b"\0"), from_port * PLACE_BYTES)
    finally:
        os.close(descriptor)


def _file(folder: Path, port: int) -> Path:
    return folder / "callers" / str(port)


def _clipped(job: str) -> bytes:
    return job.encode()[: PLACE_BYTES - 1]
