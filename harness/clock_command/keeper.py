"""The keeper: a process between the harness and a command in virtual time, which ends what either of them leaves.

The keeper starts the command, and is its parent. It belongs to the night, and wakes when the command ends: so time does
not move between that and its being known. It adopts the processes that the command leaves behind. It shares the
harness's process group, and so learns of a signal whether all of the group were sent it, the command too, or the
harness alone.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from harness.clock.census.waits import KEEPER
from harness.clock.page import ClockPage
from harness.stack.cleanup.directories import remove_clock_directory
from harness.stack.cleanup.processes import (
    adopt_orphans,
    call_oneself,
    descendants_of,
    kill_descendants,
    signal_quietly,
)

PASSED_ON = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT),
    *(signal.SIGTSTP, signal.SIGCONT, signal.SIGUSR1, signal.SIGUSR2),
)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (-n for signal n), or the errno of its start; and what it left behind."""

    code: int = 0
    error: int = 0
    left: tuple[str, ...] = ()


class Keeper:
    """The keeper as the harness sees it."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], page: ClockPage) -> None:
        """Fork it, and let it start the command. The signals that are passed on are blocked here from now on."""
        adopt_orphans()  # the processes that are left if the keeper itself is killed
        self._link, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
        self._pid = os.fork()
        if self._pid == 0:
            self._link.close()
            _KeeperProcess(theirs, page).keep(argv, environment, mask)
        theirs.close()

    def pass_on(self, signo: int) -> None:
        """Let the command have a signal that this process was sent."""
        with suppress(OSError):  # it has ended
            self._link.send(bytes([signo]))

    def ended(self) -> Ended | None:
        """Wait for the command's end; None when the keeper was killed."""
        told = b""
        with suppress(ConnectionResetError):  # it has ended, and there was a signal that it had not read
            while chunk := self._link.recv(65536):
                told += chunk
        if not told:
            return None
        found = json.loads(told)
        return Ended(found["code"], found["error"], tuple(found["left"]))

    def end(self) -> None:
        """End the command, whatever it left and the keeper, in the order in which no process escapes."""
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_WR)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)  # and not a child that this process had before it was the harness
        kill_descendants()


class _KeeperProcess:
    """The keeper as it sees itself: the command's parent."""

    def __init__(self, link: socket.socket, page: ClockPage) -> None:
        self._link, self._page = link, page
        self._program: subprocess.Popen[bytes] | None = None

    def keep(self, argv: Sequence[str], environment: Mapping[str, str], mask: Iterable[int]) -> NoReturn:
        """Start the command, see to its end, and end all processes. Nothing of the harness must run in this copy."""
        try:
            call_oneself(KEEPER)
            adopt_orphans()
            wake = _woken_by_children()
            try:
                self._program = _start(argv, environment, mask)
            except OSError as error:
                self._tell(Ended(error=error.errno or 1))
            else:
                self._wait(wake)
        finally:
            kill_descendants()
            self._page.stop("the command has ended")  # also one that never began: then nobody misses the clock's page
            remove_clock_directory(self._page.path.parent)
            os._exit(0)

    def _wait(self, wake: int) -> None:
        """Until the command has ended, or the harness has."""
        while True:
            ready, _, _ = select.select([self._link.fileno(), wake], [], [])
            if wake in ready:
                os.read(wake, 4096)
                code = self._reaped()
                if code is not None:
                    self._page.stop("the command has ended")
                    self._tell(Ended(code=code, left=tuple(_names_of(descendants_of(os.getpid())))))
                    return
            if self._link.fileno() in ready:
                signals = self._link.recv(4096)
                if not signals:
                    return
                for signo in signals:
                    self._pass_on(signo)

    def _pass_on(self, signo: int) -> None:
        whole_group = signal.sigtimedwait({signo}, 0) is not None
        with suppress(ProcessLookupError):
            if self._program is not None and not (whole_group and os.getpgid(self._program.pid) == os.getpgrp()):
                signal_quietly(self._program.pid, signo)

    def _reaped(self) -> int | None:
        """Bury the dead; the exit code of the command, if it is among them."""
        code = None
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if self._program is not None and found[0] == self._program.pid:
                    code = self._program.returncode = os.waitstatus_to_exitcode(found[1])
        return code

    def _tell(self, ended: Ended) -> None:
        with suppress(OSError):  # the harness is gone
            self._link.sendall(json.dumps(asdict(ended)).encode())


def _woken_by_children() -> int:
    """A pipe to select on, which gets a byte when a child ends."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    return wake


def _start(argv: Sequence[str], environment: Mapping[str, str], mask: Iterable[int]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        env=environment,
        close_fds=False,  # a shell's <(…) is one of them
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, mask),  # sound here: there are no threads
    )


def _names_of(pids: list[int]) -> list[str]:
    names = []
    for pid in pids:
        with suppress(OSError):
            status = Path(f"/proc/{pid}/stat").read_text()
            if status.rpartition(")")[2].split()[0] not in "ZX":
                names.append(f"{status.partition('(')[2].rpartition(')')[0]} (pid {pid})")
    return names
