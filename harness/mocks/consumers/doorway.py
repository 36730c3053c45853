"""The port of a database or a queue: it is there in every night, and leads on when a night has had such a consumer."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast, runtime_checkable


@runtime_checkable
class Serves(Protocol):
    """Who is behind it."""

    def client(self) -> asyncio.Protocol:
        """Serve one who connects."""


class Doorway:
    """It needs nothing of what is behind it, so that a night without that pays for a port alone.

    ``says``: what a client is told that asks for it all the same, in its own protocol.
    """

    def __init__(self, says: bytes = b"") -> None:
        self._says = says
        self._behind: Serves | None = None

    async def listen(self, host: str, port: int) -> int:
        """Start; the port."""
        listening = await asyncio.get_running_loop().create_server(self._client, host, port)
        bound: int = listening.sockets[0].getsockname()[1]
        return bound

    def opened(self, kind: object) -> None:
        """From now on it leads there, if that is for who connects."""
        if isinstance(kind, Serves):
            self._behind = kind

    def _client(self) -> asyncio.Protocol:
        return Nobody(self._says) if self._behind is None else self._behind.client()


class Nobody(asyncio.Protocol):
    """There is no server, so the connection ends."""

    def __init__(self, says: bytes) -> None:
        self._says = says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it, at once or when something has been asked."""
        self._transport = cast("asyncio.Transport", transport)
        if not self._says:
            transport.close()

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - whatever it asks
        """Say it."""
        self._transport.write(self._says)
        self._transport.close()
