"""The mock's own connection to the server: one question after the other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from harness.mocks.consumers.queue.resp import Answers, request, value
from harness.mocks.consumers.queue.settings import ADMIN

READ_BYTES = 1 << 16


class Admin:
    """Asks as the user that may do everything."""

    def __init__(self, socket: Path, password: str) -> None:
        self._socket, self._password = socket, password
        self._answers = Answers()
        self._one_by_one = asyncio.Lock()

    async def connect(self) -> None:
        """Log in."""
        self._reader, self._writer = await asyncio.open_unix_connection(self._socket)
        await self.ask("AUTH", ADMIN, self._password)

    def close(self) -> None:
        """Leave."""
        self._writer.close()

    async def ask(self, *words: bytes | str | int) -> Any:
        """What the server answers; `ServerError` where it refuses."""
        async with self._one_by_one:
            self._writer.write(request(*words))
            while True:
                data = await self._reader.read(READ_BYTES)
                if not data:
                    raise ConnectionResetError("the queue's server has gone")
                for answer in self._answers.feed(data):
                    return value(answer)
