"""A client's connection whose end is known at once, also while nobody reads from it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

from harness.mocks.consumers.postgres.gate import Wait

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
NS = 1_000_000_000

Served = Callable[["Client"], Awaitable[None]]


class Client(asyncio.StreamReaderProtocol):
    """The client's side of a session."""

    def __init__(self, served: Served) -> None:
        self.gone = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.reader = asyncio.StreamReader(loop=loop)

        async def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.writer = writer
            await served(self)

        super().__init__(self.reader, connected, loop=loop)

    def eof_received(self) -> bool | None:
        """It sends no more."""
        self.gone.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is not there any more."""
        self.gone.set()
        super().connection_lost(exc)

    async def tell(self, data: bytes) -> None:
        """Send it bytes, as fast as it takes them."""
        if data:
            self.writer.write(data)
            await self.writer.drain()

    def close(self) -> None:
        """End it in good order."""
        self.writer.close()

    def reset(self) -> None:
        """End it by a reset."""
        with suppress(OSError):
            raw: socket.socket = self.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.writer.transport.abort()

    async def outlasts(self, wait: Wait) -> bool:
        """Keep it waiting; whether it is still there then."""
        events = [self.gone] if wait.released is None else [self.gone, wait.released]
        waiting = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            timeout = None if wait.for_ns is None else wait.for_ns / NS
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        return not self.gone.is_set()
