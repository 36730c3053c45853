"""The mock's own connection to the server: statements, and rows that are copied out, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from harness.mocks.consumers.postgres.messages import (
    HEAD_BYTES,
    Cutter,
    Message,
    error_fields,
    message,
    query,
    text,
)
from harness.mocks.consumers.postgres.settings import ADMIN

PROTOCOL = 196608
READ_BYTES = 1 << 18
NOTHING = 0xFFFFFFFF
"""The length of a NULL."""

Values = tuple[str | None, ...]

SAME_EVERYWHERE = (
    "set datestyle = 'ISO, YMD'; set timezone = 'UTC'; set intervalstyle = 'postgres'; set bytea_output = 'hex';"
    " set extra_float_digits = 1; set statement_timeout = 0; set lock_timeout = 0; set search_path = pg_catalog"
)
"""How values are written, whatever a role or the server is set to."""


class SqlError(Exception):
    """The server has refused a statement of the mock's, or of a schema that it was given."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        self.sqlstate = fields.get("C", "")
        super().__init__(f"{fields.get('M', 'no message')} (SQLSTATE {self.sqlstate})")


class Admin:
    """A connection to one database; an asynchronous context."""

    def __init__(self, socket: Path, password: str, database: str) -> None:
        self._socket, self._password, self._database = socket, password, database
        self._messages: list[Message] = []
        self._cutter = Cutter()
        self.pid = 0
        """The server's process for it."""

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_unix_connection(self._socket)
        parameters = b"user\0" + text(ADMIN) + b"database\0" + text(self._database) + b"\0"
        payload = PROTOCOL.to_bytes(4) + parameters
        self._writer.write((len(payload) + 4).to_bytes(4) + payload)
        async for kind, raw in self._answer():
            if kind == b"R" and int.from_bytes(raw[HEAD_BYTES : HEAD_BYTES + 4]) == 3:
                self._writer.write(message(b"p", text(self._password)))
            elif kind == b"K":
                self.pid = int.from_bytes(raw[HEAD_BYTES : HEAD_BYTES + 4])
        await self.run(SAME_EVERYWHERE)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    async def run(self, sql: str) -> list[Values]:
        """Run statements, all in one transaction if they say nothing else; the rows of all of them."""
        self._writer.write(query(sql))
        rows: list[Values] = []
        async for kind, raw in self._answer():
            if kind == b"D":
                rows += _rows(raw)
            elif kind == b"G":
                self._writer.write(message(b"f", text("there are no rows here: a COPY FROM STDIN is for a client")))
        return rows

    async def copy_out(self, sql: str) -> AsyncIterator[bytes]:
        """What a COPY TO STDOUT sends, a row at a time."""
        self._writer.write(query(sql))
        async for kind, raw in self._answer():
            if kind == b"d":
                at = 0
                while at < len(raw):
                    after = at + 1 + int.from_bytes(raw[at + 1 : at + HEAD_BYTES])
                    yield raw[at + HEAD_BYTES : after]
                    at = after

    async def _answer(self) -> AsyncIterator[Message]:
        """All messages until the server is ready for more; then SqlError if one was an error."""
        error: SqlError | None = None
        while True:
            data = await self._reader.read(READ_BYTES)
            if not data:
                raise error or SqlError({"M": "the server has closed the connection", "C": "08006"})
            for kind, raw in self._cutter.cut(data):
                if kind == b"E":
                    error = error or SqlError(error_fields(raw))
                elif kind == b"Z":
                    if error:
                        raise error
                    return
                else:
                    yield kind, raw


def _rows(raw: bytes) -> list[Values]:
    """The values of rows that came together."""
    found = []
    at = 0
    while at < len(raw):
        after = at + 1 + int.from_bytes(raw[at + 1 : at + HEAD_BYTES])
        values: list[str | None] = []
        at += HEAD_BYTES + 2
        while at < after:
            size = int.from_bytes(raw[at : at + 4])
            at += 4
            if size == NOTHING:
                values.append(None)
            else:
                values.append(raw[at : at + size].decode())
                at += size
        found.append(tuple(values))
    return found


def literal(value: str) -> str:
    """A text in SQL."""
    quoted = value.replace("'", "''")
    return f"'{quoted}'" if "\\" not in quoted else " E'" + quoted.replace("\\", "\\\\") + "'"


def identifier(name: str) -> str:
    """A name in SQL."""
    quoted = name.replace('"', '""')
    return f'"{quoted}"'
