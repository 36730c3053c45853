"""PostgreSQL's protocol, version 3: messages cut from a stream, and the few that the front writes itself."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.mocks.consumers.postgres.gate import Refuse

HEAD_BYTES = 5
LEAST_BYTES, MOST_BYTES = 4, 1 << 30
"""Of a message without its type; the server takes no longer one."""

ROWS = frozenset(b"dD")
"""CopyData and DataRow: nobody looks at one by itself, and there may be millions."""

STARTUP_BYTES_MAX = 10_000
"""What the server itself takes."""

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102

_INT = struct.Struct("!i")

Message = tuple[bytes, bytes]
"""Its type, and all of it as it came."""


class Garbled(Exception):
    """What comes is not this protocol: no message has such a length."""


class Cutter:
    """Cuts what comes into whole messages; rows that come together stay together."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._needed = HEAD_BYTES

    def cut(self, data: bytes) -> list[Message]:
        """The messages that are whole now."""
        self._rest += data
        if len(self._rest) < self._needed:
            return []
        buffer, end, at = bytes(self._rest), len(self._rest), 0
        found: list[Message] = []
        rows_from = -1
        while end - at >= HEAD_BYTES:
            kind = buffer[at]
            size = int.from_bytes(buffer[at + 1 : at + 5])
            if not LEAST_BYTES <= size <= MOST_BYTES:
                raise Garbled
            after = at + 1 + size
            if after > end:
                break
            if kind in ROWS:
                rows_from = at if rows_from < 0 else rows_from
            else:
                if rows_from >= 0:
                    found.append((buffer[rows_from : rows_from + 1], buffer[rows_from:at]))
                    rows_from = -1
                found.append((buffer[at : at + 1], buffer[at:after]))
            at = after
        if rows_from >= 0:
            found.append((buffer[rows_from : rows_from + 1], buffer[rows_from:at]))
        del self._rest[:at]
        whole = len(self._rest) >= HEAD_BYTES
        self._needed = 1 + int.from_bytes(self._rest[1:5]) if whole else HEAD_BYTES
        return found


@dataclass(frozen=True)
class Startup:
    """A client's first message: a protocol's number, or a request by its code, and what it wants to be."""

    code: int
    raw: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: bytes) -> Startup:
        """Of all its bytes; what is no text of parameters is left out."""
        code = _INT.unpack_from(raw, 4)[0]
        texts = [text.decode(errors="replace") for text in raw[8:].split(b"\0")]
        return cls(code, raw, dict(zip(texts[::2], texts[1::2], strict=False)))


def message(kind: bytes, payload: bytes = b"") -> bytes:
    """A message of this type."""
    return kind + _INT.pack(len(payload) + 4) + payload


def text(value: str) -> bytes:
    """A text as the protocol writes it."""
    return value.encode().replace(b"\0", b"") + b"\0"


def query(sql: str) -> bytes:
    """A simple query."""
    return message(b"Q", text(sql))


def execute(portal: str) -> bytes:
    """The execution of a portal, all its rows."""
    return message(b"E", text(portal) + _INT.pack(0))


def error_response(refuse: Refuse, *, severity: str = "ERROR") -> bytes:
    """An error as the server tells it."""
    fields = {"S": severity, "V": severity, "C": refuse.sqlstate, "M": refuse.told}
    fields |= {"D": refuse.detail, "H": refuse.hint}
    said = b"".join(name.encode() + text(value) for name, value in fields.items() if value)
    return message(b"E", said + b"\0")


def ready(status: bytes) -> bytes:
    """ReadyForQuery: ``I`` idle, ``T`` in a transaction, ``E`` in a failed one."""
    return message(b"Z", status)


def texts_of(raw: bytes, count: int) -> list[str]:
    """The first texts of a message: of Parse the name and the SQL, of Bind the portal and the statement."""
    found = [one.decode(errors="replace") for one in raw[HEAD_BYTES:].split(b"\0", count)[:count]]
    return found + [""] * (count - len(found))


def error_fields(raw: bytes) -> dict[str, str]:
    """What an ErrorResponse says, by the letters of its fields."""
    parts = [part for part in raw[HEAD_BYTES:].split(b"\0") if part]
    return {chr(part[0]): part[1:].decode(errors="replace") for part in parts}
