"""What killed runs of the local stack have left behind: whose it was, and its removal once that is over."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from harness.stack.cleanup.owner import Owner
from harness.stack.cleanup.processes import signal_quietly

PREFIX = "night-harness-stack-"
OWNER = "owner"
UNCLAIMED_FOR_S = 60.0
"""A directory is claimed right after it is made; one that is unclaimed for so long never will be."""

GONE_WITHIN_S = 5.0


def homes() -> list[Path]:
    """Where stacks live: shared memory, whose paths are short and whose files cost no disk, then the temp folder."""
    shared = Path("/dev/shm")  # noqa: S108 - the directories made there are private
    temporary = Path(tempfile.gettempdir())
    return [shared, temporary] if os.access(shared, os.W_OK | os.X_OK) else [temporary]


def scratch_directory() -> Path:
    """A new private directory on disk, claimed, so that the next sweep takes it if it is left behind."""
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}scratch-"))
    claim(directory)
    return directory


def clock_directory() -> Path:
    """The same for the page of a command in virtual time: where writing costs nothing."""
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}clock-", dir=homes()[0]))
    claim(directory)
    return directory


def claim(directory: Path) -> None:
    """Write down whose it is."""
    (directory / OWNER).write_text(str(Owner.me()))


def sweep(also: Path | None = None) -> list[Path]:
    """End the processes and remove the directories of stacks whose owner is dead; what was removed.

    ``also`` is one that goes whatever its owner: its own owner asks for it.
    """
    removed = []
    for home in homes():
        for directory in home.glob(f"{PREFIX}*"):
            if directory == also or _is_left_over(directory):
                _end_processes(directory)
                shutil.rmtree(directory, ignore_errors=True)
                removed.append(directory)
    return removed


def _is_left_over(directory: Path) -> bool:
    try:
        status = directory.lstat()
        if status.st_uid != os.geteuid() or directory.is_symlink() or not directory.is_dir():
            return False
        with suppress(FileNotFoundError):
            if (owner := Owner.parse((directory / OWNER).read_text())) is not None:
                return owner.life() == "dead"
        return time.time() - status.st_mtime > UNCLAIMED_FOR_S
    except FileNotFoundError:  # swept by somebody else, this very moment
        return False


def _end_processes(directory: Path) -> None:
    """Kill what still runs in that stack, known by its environment or by the directory in its arguments."""
    deadline = time.monotonic() + GONE_WITHIN_S
    while time.monotonic() < deadline:
        members = [pid for pid in _pids() if pid != os.getpid() and _belongs_to(pid, directory)]
        if not members:
            return
        for pid in members:
            signal_quietly(pid, signal.SIGKILL)
        time.sleep(0.001)  # between two looks at who is left


def _belongs_to(pid: int, directory: Path) -> bool:
    root = os.fsencode(directory)
    process = Path(f"/proc/{pid}")
    try:
        environment = process.joinpath("environ").read_bytes()
        if b"NIGHT_STACK=" + root + b"\0" in environment or b"NIGHT_CLOCK=" + root + b"/" in environment:
            return True
        arguments = process.joinpath("cmdline").read_bytes().split(b"\0")
    except OSError:  # gone, or another user's
        return False
    return b"harness.stack.supervisor" in arguments and root in arguments


def _pids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names, not paths
    except FileNotFoundError:
        return []
