"""What killed runs of the local stack have left behind: whose it was, and its removal once that is over."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from harness.clock.library import library_path
from harness.stack.cleanup.owner import Owner
from harness.stack.cleanup.processes import signal_quietly
from harness.stack.cleanup.removal import remove_what_goes

PREFIX = "night-harness-stack-"
OWNER = "owner"
UNCLAIMED_FOR_S = 60.0
"""A directory is claimed right after it is made; one that is unclaimed for so long never will be."""

GONE_WITHIN_S = 5.0

ROOM_BYTES = 512 << 20
"""What a night may well need: below it, shared memory is too small a place for the files of a stack."""


def homes() -> list[Path]:
    """Where stacks live: shared memory, whose paths are short and whose files cost no disk, then the temp folder."""
    shared = Path("/dev/shm")  # noqa: S108 - the directories made there are private
    temporary = Path(tempfile.gettempdir())
    return [shared, temporary] if os.access(shared, os.W_OK | os.X_OK) else [temporary]


def home() -> Path:
    """The first of them in which there is room, and programs may be started; else the last."""
    return next((one for one in homes() if shutil.disk_usage(one).free >= ROOM_BYTES and _may_start(one)), homes()[-1])


def scratch_directory() -> Path:
    """A new private directory on disk, claimed, so that the next sweep takes it if it is left behind."""
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}scratch-"))
    claim(directory)
    return directory


def clock_directory() -> Path:
    """The same for a clock page: where writing costs nothing, and where other users reach it if root has made it.

    Root may start programs of other users, and they are in the night too. So its directory can be passed through and
    not be listed, and in it is one with a name that nobody can guess: whoever was told the page's path may use it. The
    library lies beside the page, for its own place may be closed to them.
    """
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}clock-", dir=home()))
    claim(directory)
    if os.geteuid() != 0:
        return directory
    inner = directory / secrets.token_hex(16)
    inner.mkdir()
    library = library_path()
    if library is not None and _may_start(directory):
        shutil.copy(library, inner / library.name)
        (inner / library.name).chmod(0o755)
    for passed_through in (directory, inner):
        passed_through.chmod(0o711)
    return inner


def remove_clock_directory(directory: Path) -> None:
    """All that `clock_directory` has made."""
    above = directory.parent
    remove_what_goes(above if above.name.startswith(PREFIX) else directory)


def remove_stack_directory(directory: Path) -> None:
    """A stack's own, and those of its clock and of its temporary files where they lie elsewhere.

    Who sweeps may have another temp folder than the owner had, and would not find the latter there.
    """
    shared, temporary = directory / "shared", directory / "tmp"
    if shared.is_symlink():
        remove_clock_directory(shared.readlink())
    if temporary.is_symlink() and (scratch := temporary.readlink().parent).name.startswith(PREFIX):
        remove_what_goes(scratch)
    remove_what_goes(directory)


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
                remove_stack_directory(directory)
                removed += [] if directory.exists() else [directory]
    return removed


def _may_start(folder: Path) -> bool:
    """Whether programs in it may be started, and libraries loaded."""
    return not os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0)


def _is_left_over(directory: Path) -> bool:
    try:
        status = directory.lstat()
        if status.st_uid != os.geteuid() or directory.is_symlink() or not directory.is_dir():
            return False
        if os.path.ismount(directory):  # covered, as other stacks' are inside of one: whose it is cannot be seen
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
