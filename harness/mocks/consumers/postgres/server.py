"""The server: made once in the stack's own folder, started on demand, and gone with who started it.

Nothing here waits for a time. The mock starts it while the night's time stands still, and a look every so often would
never come back: the server's own words, and their end, are waited for. PostgreSQL itself
sleeps for a moment where one of its processes is not as far as another; that ends (``Account.short_sleeps_end``).
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
from harness.mocks.consumers.postgres.account import account
from harness.mocks.consumers.postgres.contained import Contained, Process
from harness.mocks.consumers.postgres.programs import OLDEST, Programs, find, major_version
from harness.mocks.consumers.postgres.settings import ACCESS, ADMIN, configuration
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable

READY = b"database system is ready to accept connections"
PORT = 1
"""Of no protocol, and a part of its socket's name, which may have 107 bytes with all its path."""

READ_BYTES, REMEMBERED_BYTES = 65536, 2048
SHARED_MEMORY_LINE = 6
"""Of postmaster.pid: the key and the number of a segment of shared memory."""


def place_in(directory: Path) -> Path:
    """Where in a stack's directory the server lies: of root's, in that part through which other users can pass."""
    shared = directory / "shared"
    return shared.resolve() if shared.is_symlink() else directory


class Server:
    """A PostgreSQL of one's own in ``place``, a folder that other users can pass through where root has made it.

    ``log`` is a file for what it says. ``contained`` is where its processes are to be, if that is not here.
    """

    def __init__(
        self, place: Path, log: Path, programs: Programs | None = None, contained: Contained | None = None
    ) -> None:
        self.folder = place / "pg"
        self.data = self.folder / "data"
        self.password = secrets.token_urlsafe()
        """The mock's own: a job that knew it could take the journal away."""
        self.version = 0
        self._log = log
        self._programs = programs
        self._contained = contained
        self._process: asyncio.subprocess.Process | Process | None = None
        self._said = b""
        self._ready = False
        self._listening: asyncio.Task[None] | None = None

    @property
    def socket(self) -> Path:
        """Where it listens, and nowhere else: who wants to be its client comes through the front."""
        return self.folder / f".s.PGSQL.{PORT}"

    @property
    def running(self) -> bool:
        """Whether it is there, and takes connections."""
        return self._ready and self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The process of which all its others are children."""
        assert self._process is not None  # noqa: S101 - it has been started
        return self._process.pid

    async def start(self) -> None:
        """Make it and start it; PostgresUnavailable when that does not go here.

        One that is there already, and never became ready, is ended.
        """
        await self.kill()
        programs, owner = self._found()
        self.version = await self._version(programs, owner)
        await self._make(programs, owner)
        await self.launch()

    async def launch(self) -> None:
        """Start it on the files that are there."""
        programs, owner = self._found()
        self._said, self._ready = b"", False  # one that was here before was ready, too
        self._process = await owner.start(
            programs.path("postgres"), "-D", str(self.data), cwd=self.data, stderr=asyncio.subprocess.PIPE
        )
        ready = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen(self._process, ready))
        if not await ready:
            raise self._refused("the start of PostgreSQL", self._said.decode(errors="replace"), programs)
        if isinstance(owner, Account):  # that of a container goes with it
            await self._let_shared_memory_go(owner)

    async def stop(self) -> None:
        """End it at once, and remove its folder."""
        await self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def owned(self, folder: Path) -> None:
        """Give a folder with all that is in it to the user who runs it."""
        _, owner = self._found()
        folder.chmod(0o700)
        for path in (folder, *folder.rglob("*")):
            owner.own(path)

    async def kill(self) -> None:
        """End it at once, as a crash would; its files stay."""
        if self._process is not None and self._listening is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGQUIT)  # its children too; it has nothing to save
            await asyncio.shield(self._listening)  # who is cancelled here may begin again
            await self._process.wait()
            self._process = None

    def _found(self) -> tuple[Programs, Account | Contained]:
        """Its programs, and who starts them."""
        if self._contained is not None:
            return self._contained.programs(), self._contained
        return self._programs or find(), account()

    async def _version(self, programs: Programs, owner: Account | Contained) -> int:
        """Its major version, which also shows that this user can start it."""
        code, printed = await owner.run(programs.path("postgres"), "--version", cwd=Path("/"))
        if code:
            raise PostgresUnavailable(
                f"{programs.folder} ({programs.origin})",
                found=f"postgres cannot be started by {owner.name}: {printed}",
                expected="programs that this user may read and start: PostgreSQL refuses to run as root",
                todo="install them where every user gets (a virtual environment that is not below /root), or run as a"
                " user who is not root",
            )
        if (version := major_version(printed)) < OLDEST:
            raise PostgresUnavailable(
                f"{programs.folder} ({programs.origin})",
                found=printed,
                expected=f"PostgreSQL {OLDEST} or newer",
                todo='pip install "night-harness[postgres]", or install a newer one',
            )
        return version

    async def _make(self, programs: Programs, owner: Account | Contained) -> None:
        """Its files, which are made once: what a night leaves in them is cleared by SQL."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        owner.own(self.folder)
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        owner.own(secret)
        options = ["-D", str(self.data), "-U", ADMIN, f"--pwfile={secret}", "-A", "scram-sha-256"]
        options += ["-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        code, printed = await owner.run(programs.path("initdb"), *options, cwd=self.folder)
        secret.unlink()
        if code:
            raise self._refused("initdb, which makes PostgreSQL's files", printed, programs)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(configuration(self.version, PORT))
        (self.data / "pg_hba.conf").write_text(ACCESS)

    async def _listen(self, process: asyncio.subprocess.Process | Process, ready: asyncio.Future[bool]) -> None:
        """Keep what it says, until it is silent for ever."""
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        self._log.parent.mkdir(exist_ok=True)
        with self._log.open("ab", buffering=0) as log:
            while said := await process.stderr.read(READ_BYTES):
                log.write(said)
                self._said = (self._said + said)[-REMEMBERED_BYTES:]
                if READY in self._said and not ready.done():
                    self._ready = True
                    ready.set_result(True)
        if not ready.done():
            ready.set_result(False)

    async def _let_shared_memory_go(self, owner: Account) -> None:
        """Mark its segment of shared memory as removed, so that the kernel frees it with the last of its processes.

        PostgreSQL removes it when it ends, but not when it is killed. Only its owner may.
        """
        ipcrm = shutil.which("ipcrm")
        lines = (self.data / "postmaster.pid").read_text().splitlines()
        if ipcrm and len(lines) > SHARED_MEMORY_LINE:
            await owner.run(ipcrm, "-m", lines[SHARED_MEMORY_LINE].split()[1], cwd=self.data)

    def lost(self, found: str) -> PostgresUnavailable:
        """What to say of one that does not answer any more, and was not ended here."""
        return PostgresUnavailable(
            "the server of PostgreSQL",
            found=f"it has ended in the night ({found}); its last output:\n{self._said.decode(errors='replace')}",
            expected="a server that lasts as long as the stack",
            todo="look for what has killed it: a job, somebody, the kernel for want of memory",
        )

    def _refused(self, doing: str, printed: str, programs: Programs) -> PostgresUnavailable:
        return PostgresUnavailable(
            f"{doing} ({programs.origin})",
            found=f"it ended; its last output:\n{printed or '(it wrote nothing)'}",
            expected="a server that takes connections",
            todo="read its output; it needs 60 MB in the folder of the stack",
        )
