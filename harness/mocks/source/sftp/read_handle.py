"""A file that a client has open for reading: what it has been given, and what the history says of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.mocks.source.files.body import Body

LONGEST_READ = 4 << 20
"""Bytes in one answer, however many a client asks for: what asyncssh's own server allows."""

Tell = Callable[[str, dict[str, Any], str | None], None]
"""Records a ``serve`` event: its type, more of its value, its error."""


class ReadHandle:
    """One open of a file, which is one retrieval: all its reads see the same bytes, whatever happens meanwhile.

    ``size`` is how many there are, ``declared`` how many a stat says, ``whole`` whether they are the true file.
    Clients read in pieces, several at once and not always in order. The retrieval is over with the piece that makes
    the content complete, or else when the file is closed.
    """

    def __init__(self, body: Body, declared: int | None, modified_ns: int, tell: Tell, *, whole: bool) -> None:
        self.size, self.declared, self.modified_ns = body.size, declared, modified_ns
        self._whole = whole
        self._tell = tell
        self._file = body.open()
        self._given = ByteRanges()
        self._told = False

    def read(self, start: int, count: int) -> bytes:
        """Up to so many bytes; nothing at the end."""
        self._file.seek(min(start, self.size))
        data = self._file.read(min(count, LONGEST_READ))
        self._given.add(start, start + len(data))
        if self._given.bytes == self.size:
            # Before the last bytes, not after them: a client may act on them at once, and what it does then
            # has to come later in the history.
            self._end()
        return data

    def is_last(self, start: int, count: int) -> bool:
        """Whether these bytes make the content complete, and not the first of it alone."""
        end = min(start + min(count, LONGEST_READ), self.size)
        return 0 < self._given.bytes < self.size <= self._given.bytes + max(0, end - start)

    def failed(self, error: str) -> None:
        """The retrieval ends here, without all of its bytes."""
        if not self._told:
            self._told = True
            self._tell("fail", {}, error)

    def close(self, *, gone: bool) -> None:
        """The client has closed it, or is gone: then how far it came depends on buffers, and is not said."""
        self._file.close()
        if gone:
            self.failed("client gone")
        else:
            self._end()

    def _end(self) -> None:
        if self._told:
            return
        self._told = True
        given, declared = self._given.bytes, self.declared
        if given == self.size < (declared or 0):
            self._tell("fail", {"bytes": given, "complete": False}, f"ended after {given} of {declared} bytes")
        else:
            self._tell("ok", {"bytes": given, "complete": self._whole and given == self.size}, None)


class ByteRanges:
    """The bytes that a client has: ranges that neither touch nor overlap."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []

    @property
    def bytes(self) -> int:
        """How many bytes these are."""
        return sum(end - start for start, end in self._ranges)

    def add(self, start: int, end: int) -> None:
        """Count these bytes in too."""
        apart: list[tuple[int, int]] = []
        for other in self._ranges:
            if other[1] < start or end < other[0]:
                apart.append(other)
            else:
                start, end = min(start, other[0]), max(end, other[1])
        self._ranges = sorted([*apart, (start, end)])
