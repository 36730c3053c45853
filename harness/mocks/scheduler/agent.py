"""The scheduler's side of the agent's protocol: one connection is one job."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOKS = 5_000
"""So often is a stopped process looked at before the scheduler goes on: some 50 ms of a busy machine."""


class AgentAway(Exception):
    """Nobody answers at the agent's socket."""


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
    stdout: Path
    stderr: Path
    environment: Mapping[str, str]

    def frame(self) -> bytes:
        """The order as the agent reads it: its length, then strings, each ended by NUL."""
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        strings = ["launch", self.cwd, str(self.stdout), str(self.stderr), str(len(self.run)), *self.run, *variables]
        for text in strings:
            if "\0" in text:
                raise LaunchRefused(errno.EINVAL, f"NUL in {text!r}")
        body = b"".join(os.fsencode(text) + b"\0" for text in strings)
        return struct.pack("<I", len(body)) + body


class Process:
    """A job's process, running or ended; ``over`` holds its exit code, or minus the signal that ended it."""

    def __init__(self, pid: int, connection: AgentConnection) -> None:
        self.pid = pid
        self.over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._connection = connection

    def signal(self, number: int) -> None:
        """Send a signal to the job's process group; a job that has ended gets none."""
        if not self.over.done():
            self._connection.say(_signal_line(number))

    def stop(self) -> None:
        """Freeze the job, and return when it stands still: whoever waits for that must not run ahead of it."""
        self.signal(signal.SIGSTOP)
        for _ in range(_LOOKS):
            if self.over.done() or _state(self.pid) in ("T", "t", "Z", "X", None):
                return
            os.sched_yield()

    async def watch(self) -> None:
        """Follow the job to its end; `AgentLost` when the agent ends first."""
        words = await self._connection.answer()
        if words[0] == "exited":
            self.over.set_result(int(words[1]))
        elif words[0] == "signaled":
            self.over.set_result(-int(words[1]))
        else:
            raise AgentLost(f"the agent said {' '.join(words)!r} instead of how the job ended")


class AgentConnection:
    """A connection to an agent that has answered, for one job."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, socket: Path) -> AgentConnection:
        """Connect; `AgentAway` when nobody listens."""
        try:
            return cls(*await asyncio.open_unix_connection(socket))
        except OSError as error:
            raise AgentAway(f"{os.strerror(error.errno or 0)} ({errno.errorcode.get(error.errno or 0)})") from error

    async def launch(self, launch: Launch, *, frozen: bool = False) -> Process:
        """Order the job, and return its process, stopped from the start if ``frozen``; `LaunchRefused` if it could not.

        A stop that travels with the order acts sooner than one that waits for the answer.
        """
        self._writer.write(launch.frame() + (_signal_line(signal.SIGSTOP) if frozen else b""))
        await self._writer.drain()
        words = await self.answer()
        if words[0] == "started":
            return Process(int(words[1]), self)
        if words[0] == "error":
            raise LaunchRefused(int(words[1]), " ".join(words[2:]))
        raise AgentLost(f"the agent said {' '.join(words)!r} instead of whether it started the job")

    async def answer(self) -> list[str]:
        """The next line from the agent, as words."""
        try:
            line = await self._reader.readline()
        except OSError as error:
            raise AgentLost(f"the agent is gone: {error}") from error
        if not line.endswith(b"\n"):
            raise AgentLost("the agent closed the connection before the job ended")
        return line.decode(errors="replace").split() or [""]

    def say(self, line: bytes) -> None:
        """Send a line."""
        self._writer.write(line)

    def close(self) -> None:
        """End the connection: the agent ends the job, and whatever the job has left behind."""
        self._writer.close()


def _signal_line(number: int) -> bytes:
    return f"signal {number:d}\n".encode()


def _state(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat[stat.rindex(")") + 2]
