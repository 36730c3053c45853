"""The product as its user runs it: a command in a process of its own, and all that it leaves behind."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from harness.stack.cleanup import processes
from harness.stack.cleanup.directories import OWNER
from harness.stack.cleanup.owner import Owner
from tests.calibration import patience_s

HARNESS = (str(Path(sys.executable).with_name("harness")),)
WITHOUT = ("cacheprovider", "schemathesis", "hypothesispytest", "faker", "anyio")
"""Plugins that no test needs: a cache in whatever folder, and what would be nine tenths of pytest's start."""

PYTEST = (sys.executable, "-m", "pytest", *(f"-pno:{plugin}" for plugin in WITHOUT))


@dataclass(frozen=True)
class Run:
    """What a command printed, how it ended, and how much of the machine it took to get there."""

    code: int
    out: str
    err: str
    cpu_s: float
    wall_s: float

    @property
    def said(self) -> str:
        return self.out + self.err


class User:
    """Starts commands in a folder; whoever they leave behind becomes a child of this process, and is seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Sockets of a stack may come to lie here, and their paths must be short.
        self.temporary = Path(tempfile.mkdtemp(prefix="nh-"))
        self._output = Path(tempfile.mkdtemp(prefix="nh-"))
        self._known = set(processes.children_of(os.getpid()))
        self._begun: list[subprocess.Popen[bytes]] = []

    def begin(self, *argv: str, stdin: int = subprocess.DEVNULL, **environment: str) -> subprocess.Popen[bytes]:
        """Start a command in a process group of its own, as a terminal does."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        number = len(self._begun)
        with (self._output / f"{number}.out").open("wb") as out, (self._output / f"{number}.err").open("wb") as err:
            process = subprocess.Popen(
                argv,
                cwd=self.folder,
                env=inherited | {"TMPDIR": str(self.temporary)} | environment,
                stdin=stdin,
                stdout=out,
                stderr=err,
                process_group=0,
            )
        self._begun.append(process)
        return process

    @property
    def last_pid(self) -> int:
        """The process of the last command."""
        return self._begun[-1].pid

    def said(self, process: subprocess.Popen[bytes], stream: str = "out") -> str:
        """What it has printed until now."""
        return (self._output / f"{self._begun.index(process)}.{stream}").read_text(errors="replace")

    def ended(self, process: subprocess.Popen[bytes], begun: float | None = None) -> Run:
        """Wait for its end, and see that nothing is left of it."""
        begun = time.monotonic() if begun is None else begun
        pidfd = os.pidfd_open(process.pid)
        try:
            assert select.select([pidfd], [], [], 3 * patience_s())[0], (
                f"did not end; it said:\n{self.said(process, 'err')}"
            )
        finally:
            os.close(pidfd)
        wall_s = time.monotonic() - begun
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.see_nothing_left()
        out, err = self.said(process), self.said(process, "err")
        return Run(process.returncode, out, err, usage.ru_utime + usage.ru_stime, wall_s)

    def runs(self, *argv: str, **environment: str) -> Run:
        """Start a command, and wait for its end."""
        begun = time.monotonic()
        return self.ended(self.begin(*argv, **environment), begun)

    def see_nothing_left(self) -> float:
        """No process and no directory of what has ended is there any more; in how many seconds that was so."""
        begun = time.monotonic()
        until(lambda: not self._orphans() and not self.directories(), lambda: f"{self._orphans()} {self.directories()}")
        return time.monotonic() - begun

    def directories(self) -> list[Path]:
        """What the commands have made for themselves where stacks live."""
        pids = {process.pid for process in self._begun}
        shared = [path for path in Path("/dev/shm").glob("night-harness-*") if _owner(path) in pids]
        return [*shared, *self.temporary.glob("night-harness-*")]

    def _orphans(self) -> list[str]:
        running = {process.pid for process in self._begun if process.returncode is None}
        found = []
        for pid in set(processes.children_of(os.getpid())) - self._known - running:
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    found.append(Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "))
        return found

    def close(self) -> None:
        """End what still runs."""
        for process in self._begun:
            if process.returncode is None:
                process.kill()
                process.wait()
        try:
            self.see_nothing_left()
        finally:
            shutil.rmtree(self.temporary)
            shutil.rmtree(self._output)


@contextmanager
def user_in(folder: Path) -> Iterator[User]:
    """A user whose orphans come to this process."""
    processes.adopt_orphans()
    user = User(folder)
    try:
        yield user
    finally:
        try:
            user.close()
        finally:
            if processes._prctl is not None:
                processes._prctl(processes.PR_SET_CHILD_SUBREAPER, 0)


def until(condition: Callable[[], bool], otherwise: Callable[[], object] = str) -> None:
    """Look until it holds; fail with what there is instead."""
    deadline = time.monotonic() + patience_s()
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        select.select([], [], [], 0.01)


def _owner(directory: Path) -> int | None:
    try:
        owner = Owner.parse((directory / OWNER).read_text())
    except OSError:
        return None
    return owner.pid if owner else None
