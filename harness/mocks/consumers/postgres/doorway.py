"""The port of PostgreSQL, which is there in every night, and leads on when a night has had such a consumer."""

from __future__ import annotations

import asyncio
from typing import Protocol, runtime_checkable


@runtime_checkable
class Serves(Protocol):
    """Who is behind it."""

    def client(self) -> asyncio.Protocol:
        """Serve one who connects."""


class Doorway:
    """It needs nothing of PostgreSQL, so that a night without one pays for a port alone."""

    def __init__(self) -> None:
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
        return Nobody() if self._behind is None else self._behind.client()


class Nobody(asyncio.Protocol):
    """There is no server, so the connection ends."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it."""
        transport.close()
