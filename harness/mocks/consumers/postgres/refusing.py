"""An error that the server itself makes, so that its transaction is in the state of which the answer tells.

The front sends something that must fail, with a mark in it, in the place of what it refuses. The server's error has the
mark, and the refusal's own error is told in its place. A COMMIT that fails ends its transaction: the server's is ended
by a rollback, of which the client sees nothing but the end.
"""

from __future__ import annotations

import asyncio
from itertools import count

from harness.mocks.consumers.postgres.gate import Refuse
from harness.mocks.consumers.postgres.messages import error_response, execute, message, query, text
from harness.mocks.consumers.postgres.transaction import FAILED

_NUMBERS = count(1)
_MARK = "night_harness_refuses_"

ROLLBACK = query("ROLLBACK")


class Refusals:
    """Those of one connection."""

    def __init__(self) -> None:
        self._told: dict[bytes, Refuse] = {}
        self._ends_it = False
        self._rolling_back = False
        self.settled = asyncio.Event()
        """Cleared while the server's transaction is being ended: the client's next message waits for that."""
        self.settled.set()

    def in_place_of(self, kind: bytes, refuse: Refuse, *, ends_transaction: bool) -> bytes:
        """What the server gets instead of a message, or before a Sync: it fails."""
        mark = f"{_MARK}{next(_NUMBERS)}_"
        self._told[mark.encode()] = refuse
        self._ends_it |= ends_transaction
        match kind:
            case b"Q":
                return query(mark)
            case b"c":
                return message(b"f", text(mark))
            case _:
                return execute(mark)

    def turn_ends(self) -> None:
        """The client has sent the last message of its turn."""
        if self._ends_it:
            self.settled.clear()

    def answer(self, kind: bytes, raw: bytes) -> tuple[bytes, bytes]:
        """What the client is told of an answer, and what the server is told because of it."""
        if self._rolling_back:
            if kind == b"Z":
                self._rolling_back = False
                self.settled.set()
                return raw, b""
            return (b"" if kind in b"CE" else raw), b""
        if kind == b"E" and self._told:
            return self._in_other_words(raw), b""
        if kind == b"Z" and self._ends_it and not self._told:
            self._ends_it = False
            if raw[-1:] == FAILED:
                self._rolling_back = True
                return b"", ROLLBACK
            self.settled.set()
        return raw, b""

    def _in_other_words(self, raw: bytes) -> bytes:
        for mark, refuse in self._told.items():
            if mark in raw:
                del self._told[mark]
                return error_response(refuse)
        return raw
