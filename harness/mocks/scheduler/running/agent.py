"""The scheduler's side of the agent's protocol: one connection is one program, and calls back when it tells of it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

_LOOKS = 5_000
"""So often is a crashed process looked at that may survive, for it has a handler: some 50 ms."""

_LOOKS_AT_ITS_END = 1_000_000
"""And one that a signal surely stops or ends: on a machine with much to do, it takes until its agent has its turn."""


class AgentAway(Exception):
    """No agent answers at its socket."""


class AgentLost(Exception):
    """The agent went away in the middle of a job, or said what its protocol does not know."""


class LaunchRefused(Exception):
    """The operating system refused to start the program."""

    def __init__(self, error: int, text: str) -> None:
        self.error, self.text = error, text
        super().__init__(text)

    @property
    def name(self) -> str:
        """The errno's name, as manual pages spell it."""
        return errno.errorcode.get(self.error, f"errno {self.error}")


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start, where, and where its output goes."""

    run: Sequence[str]
    cwd: str
    stdout: str
    stderr: str
    environment: Mapping[str, str]

    def frame(self) -> bytes:
        """The launch as the agent reads it: its length, then strings, each ended by NUL."""
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        strings = ["launch", self.cwd, self.stdout, self.stderr, str(len(self.run)), *self.run, *variables]
        for text in strings:
            if "\0" in text:
                raise LaunchRefused(errno.EINVAL, f"NUL in {text!r}")
        body = os.fsencode("\0".join(strings)) + b"\0"
        return struct.pack("<I", len(body)) + body


class Process(asyncio.Protocol):
    """A program under an agent: launched, started, ended; its end in ``code`` (minus the signal that ended it).

    ``worked_ns`` is the CPU time, which is real, that it and its children had taken by then.

    ``ended`` is called once, with the code, or with an `AgentLost` when the agent went first. The connection stays open
    while anything of the program is left, because its end would end that too, and no machine does that.
    """

    def __init__(self) -> None:
        self.pid = 0
        self.code: int | None = None
        self.worked_ns = 0
        self.ended: Callable[[int | AgentLost], None] = lambda _: None
        self._transport: asyncio.Transport
        self._read = b""
        self._started: asyncio.Future[int] | None = None
        self._closed = False

    @classmethod
    async def connect(cls, path: str) -> Process:
        """Reach an agent; `AgentAway` when the agent does not listen."""
        try:
            _, process = await asyncio.get_running_loop().create_unix_connection(cls, path)
        except OSError as error:
            raise AgentAway(f"{os.strerror(error.errno or 0)} ({errno.errorcode.get(error.errno or 0)})") from error
        return process

    @classmethod
    async def adopt(cls, descriptor: int, pid: int) -> Process:
        """Take up the connection of a program that the scheduler has started before its restart."""
        inherited = socket.socket(fileno=descriptor)
        _, process = await asyncio.get_running_loop().create_unix_connection(cls, sock=inherited)
        process.pid = pid
        return process

    async def launch(self, launch: Launch, *, frozen: bool = False) -> None:
        """Launch the program, stopped from the start if ``frozen``; `LaunchRefused` if it could not be started.

        A stop that travels with the launch acts sooner than one that waits for the answer.
        """
        self._started = asyncio.get_running_loop().create_future()
        self._transport.write(launch.frame() + (_signal_line(signal.SIGSTOP) if frozen else b""))
        self.pid = await self._started

    @property
    def alive(self) -> bool:
        """Whether the program has been started and has not ended."""
        return bool(self.pid) and self.code is None and not self._closed

    def signal(self, number: int) -> None:
        """Send a signal to the program's process group; one that has ended gets none."""
        if self.alive:
            self._transport.write(_signal_line(number))

    def stop(self) -> None:
        """Freeze the program, and return when it stands still, so that the caller does not run ahead of it."""
        self.signal(signal.SIGSTOP)
        self._look_for("T", "t", "Z", "X", None, looks=_LOOKS_AT_ITS_END)

    def crash(self, number: int) -> None:
        """Send a signal that ends the program, and return when it has; one that it has a handler for may not."""
        looks = _LOOKS if self.alive and _survives(self.pid, number) else _LOOKS_AT_ITS_END
        self.signal(number)
        self._look_for("Z", "X", None, looks=looks)

    def _look_for(self, *states: str | None, looks: int) -> None:
        for _ in range(looks):
            if not self.alive or _state(self.pid) in states:
                return
            os.sched_yield()

    def close(self) -> None:
        """End the connection: the agent ends the program, and whatever it has left behind."""
        self._closed = True
        self._transport.close()

    @property
    def descriptor(self) -> int | None:
        """The connection's file descriptor, or None when it is closed."""
        connection = self._transport.get_extra_info("socket")
        number: int = -1 if connection is None else connection.fileno()
        return number if number >= 0 and not self._transport.is_closing() else None

    # ---- what the event loop calls --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The agent has taken the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Lines from the agent."""
        *lines, self._read = (self._read + data).split(b"\n")
        for line in lines:
            self._told(line.decode(errors="replace").split() or [""])

    def connection_lost(self, exc: Exception | None) -> None:
        """The agent has closed the connection, or is gone."""
        if exc is not None:
            self._read_rest()
        self._lost(AgentLost(f"the agent is gone: {exc}" if exc else "the agent closed the connection before the end"))

    def _read_rest(self) -> None:
        """Take what the agent said before it went: where a write has failed, the loop reads no more."""
        with contextlib.suppress(OSError), self._transport.get_extra_info("socket").dup() as rest:
            while said := rest.recv(4096):
                self.data_received(said)

    def _told(self, words: list[str]) -> None:
        match words:
            case ["started", pid] if self._started is not None and not self._started.done():
                self._started.set_result(int(pid))
            case ["error", number, *text] if self._started is not None and not self._started.done():
                self._closed = True
                self._started.set_exception(LaunchRefused(int(number), " ".join(text)))
            case ["exited" | "signaled" as how, number, worked_ns] if self.code is None:
                self.worked_ns = int(worked_ns)
                self.code = int(number) if how == "exited" else -int(number)
                # The launch is told in the loop's next turn; the end must not overtake it.
                asyncio.get_running_loop().call_soon(self._told_end)
            case _:
                self._lost(AgentLost(f"the agent said {' '.join(words)!r}, which its protocol does not know"))

    def _told_end(self) -> None:
        if not self._closed and self.code is not None:
            self.ended(self.code)

    def _lost(self, error: AgentLost) -> None:
        if self._started is not None and not self._started.done():
            self._started.set_exception(error)
        elif self.code is None and not self._closed:
            self._closed = True
            self.ended(error)


def _signal_line(number: int) -> bytes:
    return f"signal {number:d}\n".encode()


def _state(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat[stat.rindex(")") + 2]


def _survives(pid: int, number: int) -> bool:
    """Whether the program ignores the signal, or has a handler for it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    masks = (int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigIgn:", "SigCgt:")))
    return any(mask >> (number - 1) & 1 for mask in masks)
