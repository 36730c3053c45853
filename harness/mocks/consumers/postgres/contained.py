"""A server in a container of its own: an agent that listens there starts its programs, as the user of that container.

The container has the stack's volume, on which its files, its socket and the agent's are: to this side, it is as if the
server were here. A connection to the agent is a program, and its end is the end of all that the program has started.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import struct
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from harness.clock import library
from harness.contract.servers import POSTGRES_AGENT, agent_socket, program_file
from harness.mocks.consumers.postgres.programs import NEEDED, OLDEST, Programs
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable

ENDED_WITH_ITS_AGENT = -9
"""The code of a program whose agent was killed: it is killed with it."""


class Process:
    """A program under the agent, in those words of asyncio's that a server is run by; ``stderr`` has all it prints."""

    def __init__(
        self, pid: int, stderr: asyncio.StreamReader, agent: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    ) -> None:
        self.pid = pid
        self.stderr = stderr
        self.returncode: int | None = None
        self._reader, self._writer = agent
        self._ending = asyncio.create_task(self._end())

    async def wait(self) -> int:
        """Its exit code, or minus the signal that ended it."""
        return await asyncio.shield(self._ending)

    async def _end(self) -> int:
        told = b""
        with suppress(ConnectionError):
            told = await self._reader.readline()
        self._writer.close()
        match told.split():
            case [b"exited", code, *_]:
                self.returncode = int(code)
            case [b"signaled", number, *_]:
                self.returncode = -int(number)
            case _:
                self.returncode = ENDED_WITH_ITS_AGENT
        return self.returncode


class Contained:
    """The user of a container, as an account: whose the files are, and who starts programs.

    ``agent`` is the socket of the container's agent, and ``library_path`` where the clock's library is in there.
    """

    name = "the user of its container"

    def __init__(self, agent: Path, library_path: Path) -> None:
        self._agent = agent
        self._library = library_path
        self._numbers = count(1)

    def programs(self) -> Programs:
        """Where they are in the image, as its own PATH has it; PostgresUnavailable where it has none."""
        told = program_file(self._agent).read_text().strip()
        if not told:
            raise PostgresUnavailable(
                "the image of PostgreSQL",
                found=f"no {NEEDED[-1]} on the PATH that the image sets",
                expected=f"an image with PostgreSQL {OLDEST} or newer, such as the official one",
                todo="name another by NIGHT_HARNESS_POSTGRES_IMAGE",
            )
        return Programs(Path(told).parent, "the image of PostgreSQL")

    def own(self, path: Path) -> None:
        """Give this user a file or folder."""
        user = self._agent.stat()
        shutil.chown(path, user.st_uid, user.st_gid)

    async def start(self, *command: str, cwd: Path, stderr: int = PIPE) -> Process:  # noqa: ARG002 - as an account
        """Start a program, in the night's time where this process is in it, that ends with this one."""
        said = self._agent.with_suffix(f".{next(self._numbers)}.said")
        os.mkfifo(said)
        said.chmod(0o666)  # whatever this user's mask: it is another's to open, and gone in a moment
        try:
            pipe, printed = await _reading(said)
            try:
                return await self._launched(_order(command, cwd, said, self._environment()), command[0], printed)
            except BaseException:
                pipe.close()
                raise
        finally:
            said.unlink()

    async def run(self, *command: str, cwd: Path) -> tuple[int, str]:
        """Run one to its end: its exit code and all that it printed."""
        process = await self.start(*command, cwd=cwd)
        printed = await process.stderr.read()
        return await process.wait(), printed.decode(errors="replace").strip()

    async def _launched(self, order: bytes, program: str, printed: asyncio.StreamReader) -> Process:
        try:
            agent = await asyncio.open_unix_connection(self._agent)
        except OSError as error:
            raise PostgresUnavailable(
                "the container of PostgreSQL",
                found=f"its agent does not answer: {error.strerror}",
                expected="a container that lasts as long as the stack",
                todo="look for what has ended it (docker events); the next run starts another",
            ) from error
        reader, writer = agent
        writer.write(order)
        match (await reader.readline()).decode(errors="replace").split(maxsplit=2):
            case ["started", pid]:
                return Process(int(pid), printed, agent)
            case told:
                writer.close()
        raise PostgresUnavailable(
            f"{program} in the container of PostgreSQL",
            found=told[-1].strip() if told else "the agent there has gone",
            expected="a program that its user can start",
            todo="see that the image runs by itself, or name another by NIGHT_HARNESS_POSTGRES_IMAGE",
        )

    def _environment(self) -> dict[str, str]:
        """The night's, and nothing else of this process's."""
        kept = {"LANG": "C", "LC_ALL": "C"}
        if library.is_in_a_night(os.environ):
            kept |= {"LD_PRELOAD": str(self._library), "NIGHT_CLOCK": os.environ["NIGHT_CLOCK"]}
            kept |= {"NIGHT_COMPONENT": os.environ.get("NIGHT_COMPONENT", "consumers")} | library.SHORT_SLEEPS_END
        return kept


def contained_in(directory: Path) -> Contained | None:
    """The container of a stack's PostgreSQL; None where the stack has none for it, but started it for this night."""
    agent = agent_socket(directory, POSTGRES_AGENT)
    built = library.library_path()
    return Contained(agent, directory / "lib" / built.name if built else Path()) if agent.is_socket() else None


async def _reading(fifo: Path) -> tuple[asyncio.BaseTransport, asyncio.StreamReader]:
    """What comes out of a named pipe, until the last who has it open to write has closed it."""
    reader = asyncio.StreamReader()
    pipe = open(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)  # noqa: SIM115, PTH123 - the loop's
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return transport, reader


def _order(command: tuple[str, ...], cwd: Path, said: Path, environment: Mapping[str, str]) -> bytes:
    """A launch, as the agent reads it."""
    variables = [f"{name}={value}" for name, value in environment.items()]
    strings = ["launch", str(cwd), str(said), str(said), str(len(command)), *command, *variables]
    body = os.fsencode("\0".join(strings)) + b"\0"
    return struct.pack("<I", len(body)) + body
