"""Ending processes: a whole family, down to what its members have left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def children_of(parent: int) -> list[int]:
    """The children of a process, zombies included."""
    if not PROC.is_dir():
        return []
    processes = (entry for entry in PROC.iterdir() if entry.name.isdigit())
    return [int(process.name) for process in processes if _parent_of(process) == parent]


def adopt_orphans() -> None:
    """Become a child subreaper: what descendants leave behind becomes this process's child, and can be ended."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """For a child between fork and exec: be killed when the thread that forked it ends."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def kill_descendants() -> None:
    """Kill every child until there is none: as a subreaper, grandchildren become children when their parents die."""
    while True:
        for pid in children_of(os.getpid()):
            signal_quietly(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return


def signal_quietly(pid: int, signo: int) -> None:
    """Send a signal to a process that may be gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, signo)


def _parent_of(process: Path) -> int | None:
    """From /proc/PID/stat; the command there may hold blanks and brackets, so count from its last bracket."""
    try:
        return int((process / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
