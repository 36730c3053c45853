"""A client's connection whose end is known at once, also while nobody reads from it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Client(asyncio.StreamReaderProtocol):
    """The client's side of a session."""

    def __init__(self, served: Callable[[Client], Awaitable[None]]) -> None:
        self.gone = asyncio.Event()
        self._over = False
        loop = asyncio.get_running_loop()
        self.reader = asyncio.StreamReader(loop=loop)

        async def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.writer = writer
            await served(self)

        super().__init__(self.reader, connected, loop=loop)

    def data_received(self, data: bytes) -> None:
        """It has sent something, of which nobody hears any more when it is over."""
        if not self._over:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """It sends no more."""
        self.gone.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is not there any more."""
        self.gone.set()
        super().connection_lost(exc)

    def tell(self, data: bytes) -> None:
        """Send it bytes. Nobody waits until it takes them: it may send all of a pipeline before it reads."""
        if data and not self.writer.is_closing():
            self.writer.write(data)

    def end(self) -> None:
        """Hear no more of it: whoever reads what it has sent comes to an end."""
        self._over = True
        self.reader.feed_eof()

    def close(self) -> None:
        """End it in good order."""
        self.writer.close()

    def reset(self) -> None:
        """End it by a reset."""
        with suppress(OSError):
            raw: socket.socket = self.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.writer.transport.abort()
