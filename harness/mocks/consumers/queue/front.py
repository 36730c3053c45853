"""The front: where clients connect, and behind which the server is."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from harness.mocks.consumers.queue.client import Client
from harness.mocks.consumers.queue.exchange import Exchanges
from harness.mocks.consumers.queue.pushes import Pushes
from harness.mocks.consumers.queue.refusals import error
from harness.mocks.consumers.queue.session import READ_BYTES, Ended, Session
from harness.mocks.core.callers import asking
from harness.mocks.core.mock import Mock

NONE = "ERR no consumer of this night is a queue"


class Front:
    """Behind the doorway; it goes on to the server's socket in a night that has a queue."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._callers = mock.callers(mock.endpoints["queue"])
        self._socket: Path
        self._pushes: asyncio.Task[Pushes] | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    def client(self) -> asyncio.Protocol:
        """Serve one who connects."""
        return Client(self._serve)

    def open(self, socket: Path, pushes: asyncio.Task[Pushes] | None) -> None:
        """Let the night's clients in when the server is ready, or tell them that there is none."""
        if self._pushes is not None:
            self._pushes.cancel()
        self._socket, self._pushes = socket, pushes

    async def end_sessions(self) -> None:
        """End every client's connection."""
        sessions = list(self._sessions)
        for one in sessions:
            one.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def _serve(self, client: Client) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a protocol serves in a task
        self._sessions.add(task)
        try:
            with suppress(ConnectionError, Ended):
                await self._admit(client)
        except asyncio.CancelledError:
            client.reset()
        except Exception as mistake:
            self._mock.bug("a client of a queue", mistake)
        finally:
            self._sessions.discard(task)
            client.close()

    async def _admit(self, client: Client) -> None:
        if not (first := await client.reader.read(READ_BYTES)):
            return
        job = self._callers.of(client.writer.transport)  # the wire has told it before it passed the first byte on
        asking(job)
        if self._pushes is None:
            client.tell(error(NONE))
            return
        pushes = await asyncio.shield(self._pushes)
        server = await asyncio.open_unix_connection(self._socket)
        await Session(client, server, pushes, Exchanges(pushes.names, job)).run(first)
