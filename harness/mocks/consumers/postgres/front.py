"""The front: where clients connect, and behind which the server is. It knows who they are and asks the gate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from harness.mocks.consumers.postgres.connection import Client
from harness.mocks.consumers.postgres.gate import Gate, Passing, Refuse
from harness.mocks.consumers.postgres.messages import (
    CANCEL_REQUEST,
    GSS_REQUEST,
    SSL_REQUEST,
    STARTUP_BYTES_MAX,
    Startup,
)
from harness.mocks.consumers.postgres.session import Ended, Session, act

LEAST_BYTES = 8
READ_BYTES = 1 << 16


def raised(mistake: Exception) -> None:
    """Raise it."""
    raise mistake


class Front:
    """Listens by TCP, and goes on to the server's socket.

    ``job`` says which job's process is at the other end of a connection, where that is known; ``mistaken`` is told what
    nobody expects, of which a client only sees that its connection ends.
    """

    def __init__(
        self,
        socket: Path,
        gate: Gate,
        job: Callable[[asyncio.BaseTransport], str] = lambda _: "",
        mistaken: Callable[[Exception], None] = raised,
    ) -> None:
        self._socket, self._gate, self._job, self._mistaken = socket, gate, job, mistaken
        self._numbers = count(1)
        self._sessions: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Start; the port."""
        self._listening = await asyncio.get_running_loop().create_server(self.client, host, port)
        bound: int = self._listening.sockets[0].getsockname()[1]
        return bound

    def client(self) -> Client:
        """Serve one who has connected to it, or where somebody listens in its place."""
        return Client(self._serve)

    async def end_sessions(self) -> None:
        """End every client's connection."""
        sessions = list(self._sessions)
        for one in sessions:
            one.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def close(self) -> None:
        """Listen no more, and end every connection."""
        if self._listening is not None:
            self._listening.close()
        await self.end_sessions()

    async def _serve(self, client: Client) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a protocol serves in a task
        self._sessions.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, Ended):
                await self._admit(client)
        except asyncio.CancelledError:
            client.reset()
        except Exception as mistake:
            self._mistaken(mistake)
        finally:
            self._sessions.discard(task)
            client.close()

    async def _admit(self, client: Client) -> None:
        startup = await _startup(client)
        if startup is None:
            return
        if startup.code == CANCEL_REQUEST:
            await self._cancel(startup)
            return
        user = startup.parameters.get("user", "")
        passing = Passing(
            "connect",
            next(self._numbers),
            user,
            startup.parameters.get("database") or user,
            startup.parameters.get("application_name", ""),
            self._job(client.writer.transport),
        )
        await act(client, await self._gate.passes(passing))
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket)
        except (FileNotFoundError, ConnectionRefusedError):
            await act(client, Refuse("57P03", "the database system is not running", fatal=True))
        writer.write(startup.raw)
        await Session(client, (reader, writer), self._gate, passing).run()

    async def _cancel(self, request: Startup) -> None:
        """Hand on whose statement is to be cancelled; the server answers by closing."""
        reader, writer = await asyncio.open_unix_connection(self._socket)
        writer.write(request.raw)
        await reader.read()
        writer.close()


async def _startup(client: Client) -> Startup | None:
    """The client's first message, when it has been told that there is no encryption; None of what is none."""
    while True:
        head = await client.reader.readexactly(4)
        size = int.from_bytes(head)
        if not LEAST_BYTES <= size <= STARTUP_BYTES_MAX:
            return None
        startup = Startup.parse(head + await client.reader.readexactly(size - 4))
        if startup.code not in (SSL_REQUEST, GSS_REQUEST):
            return startup
        await client.tell(b"N")
