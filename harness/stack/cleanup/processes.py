"""Ending processes: a whole family, down to what its members have left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def children_of(parent: int) -> list[int]:
    """The children of a process, zombies included."""
    return [pid for pid, its_parent in _parents().items() if its_parent == parent]


def descendants_of(ancestor: int) -> list[int]:
    """The children of a process, their children, and so on."""
    parents, found = _parents(), [ancestor]
    for member in found:  # grows while it is walked
        found += [pid for pid, parent in parents.items() if parent == member]
    return found[1:]


def adopt_orphans() -> None:
    """Become a child subreaper: what descendants leave behind becomes this process's child, and can be ended."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent(signo: int = signal.SIGKILL) -> None:
    """Be sent a signal when the thread that forked this process ends; survives an exec."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signo)


def python() -> list[str]:
    """The command that runs a module of the harness: what lies in the working folder is not in its way."""
    return [sys.executable, "-P", "-m"]


def keep_to_oneself() -> None:
    """Let nobody without the right to trace all processes look into this one's memory and environment."""
    if _prctl is not None:
        _prctl(PR_SET_DUMPABLE, 0)


def call_oneself(name: str) -> None:
    """What ps and messages call this process, which has no program of its own."""
    if _prctl is not None:
        _prctl(PR_SET_NAME, name.encode())


def kill_descendants() -> None:
    """Kill every descendant until there is no child: a subreaper is handed those that were forked meanwhile."""
    while True:
        for pid in descendants_of(os.getpid()):
            signal_quietly(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return


def signal_quietly(pid: int, signo: int) -> None:
    """Send a signal to a process that may be gone already, or may have become another user's."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signo)


def _parents() -> dict[int, int]:
    """Every process and its parent: from /proc, or as any POSIX system's ps tells."""
    if not PROC.joinpath("self/stat").exists():
        table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        return {int(pid): int(parent) for pid, parent in map(str.split, table.splitlines())}
    found = {}
    for name in os.listdir(PROC):  # noqa: PTH208 - hundreds of names, of which none becomes a path object
        if name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{name}/stat", "rb") as stat:  # noqa: PTH123
                # The command may hold blanks and brackets, so count from its last bracket.
                found[int(name)] = int(stat.read().rpartition(b")")[2].split()[1])
    return found
