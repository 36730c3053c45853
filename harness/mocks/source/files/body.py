"""A file's bytes as a client gets them: pieces of stored files and of filling, never whole in memory."""

from __future__ import annotations

import bisect
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a stored file, from ``start`` on."""

    path: Path
    start: int
    size: int

    def part(self, start: int, end: int) -> Span:
        """The bytes from ``start`` to ``end``, counted within this piece."""
        return Span(self.path, self.start + start, end - start)


@dataclass(frozen=True, slots=True)
class Filling:
    """A few bytes over and over, which are in no stored file. ``offset`` says where in ``data`` it begins."""

    data: bytes
    size: int
    offset: int = 0

    def part(self, start: int, end: int) -> Filling:
        """The bytes from ``start`` to ``end``, counted within this piece."""
        return Filling(self.data, end - start, (self.offset + start) % len(self.data))

    def read(self, start: int, count: int) -> bytes:
        """So many bytes from ``start`` on."""
        begin = (self.offset + start) % len(self.data)
        times = (begin + count) // len(self.data) + 1
        return (self.data * times)[begin : begin + count]


Piece = Span | Filling


class Body:
    """A sequence of pieces. Immutable; equal bodies have equal pieces."""

    def __init__(self, *pieces: Piece) -> None:
        self.pieces = tuple(piece for piece in pieces if piece.size)
        self._ends = list(itertools.accumulate(piece.size for piece in self.pieces))
        self.size = self._ends[-1] if self._ends else 0

    @classmethod
    def of_file(cls, path: Path, size: int) -> Body:
        """The first ``size`` bytes of a file."""
        return cls(Span(path, 0, size))

    @classmethod
    def of_bytes(cls, data: bytes) -> Body:
        """These bytes."""
        return cls(Filling(data, len(data)))

    def part(self, start: int = 0, end: int | None = None) -> Body:
        """The bytes from ``start`` to ``end`` (to the end of the body), as far as there are any."""
        end = self.size if end is None else min(end, self.size)
        pieces, at = [], 0
        for piece in self.pieces:
            first, last = max(start, at), min(end, at + piece.size)
            if first < last:
                pieces.append(piece.part(first - at, last - at))
            at += piece.size
        return Body(*pieces)

    def __add__(self, other: Body) -> Body:
        return Body(*self.pieces, *other.pieces)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Body) and self.pieces == other.pieces

    def __hash__(self) -> int:
        return hash(self.pieces)

    def open(self) -> io.BufferedReader:
        """The bytes as a binary file, to read and seek in."""
        return io.BufferedReader(BodyFile(self), CHUNK_BYTES)

    def read(self, start: int, count: int) -> bytes:
        """Up to so many bytes from ``start`` on."""
        with BodyFile(self) as file:
            file.seek(start)
            return b"".join(iter_bytes(file, min(count, max(0, self.size - start))))

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` to ``end``, a chunk at a time."""
        with BodyFile(self) as file:
            file.seek(start)
            yield from iter_bytes(file, (self.size if end is None else min(end, self.size)) - start)

    def find(self, byte: bytes, start: int = 0) -> int:
        """Where a byte comes first from ``start`` on; -1 when it does not."""
        for chunk in self.chunks(start):
            if (found := chunk.find(byte)) >= 0:
                return start + found
            start += len(chunk)
        return -1

    def rfind(self, byte: bytes, end: int | None = None) -> int:
        """Where a byte comes last before ``end``; -1 when it does not."""
        end = self.size if end is None else min(end, self.size)
        while end > 0:
            start = max(0, end - CHUNK_BYTES)
            if (found := self.read(start, end - start).rfind(byte)) >= 0:
                return start + found
            end = start
        return -1

    def extends(self, other: Body) -> bool:
        """Whether it has the bytes of another body first (one at least), and more behind them."""
        if not 0 < other.size < self.size:
            return False
        at = 0
        for chunk in other.chunks():
            if self.read(at, len(chunk)) != chunk:
                return False
            at += len(chunk)
        return True

    def piece_at(self, position: int) -> tuple[int, Piece]:
        """The piece that holds a byte, and where that piece begins."""
        index = bisect.bisect_right(self._ends, position)
        return (self._ends[index - 1] if index else 0), self.pieces[index]


class BodyFile(io.RawIOBase):
    """A body as an unbuffered file; each stored file is opened once."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._at = 0
        self._files: dict[Path, io.FileIO] = {}

    def readable(self) -> bool:
        """A body can be read."""
        return True

    def seekable(self) -> bool:
        """A body can be read from any byte on."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a byte, counted from the start, from here or from the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._body.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at

    def readinto(self, buffer: Buffer, /) -> int:
        """Read from the piece that is next, as much as fits."""
        room = memoryview(buffer)
        if self._at >= self._body.size or not len(room):
            return 0
        begins, piece = self._body.piece_at(self._at)
        inside = self._at - begins
        count = min(len(room), piece.size - inside)
        if isinstance(piece, Filling):
            room[:count] = piece.read(inside, count)
        else:
            count = self._read_file(piece, inside, room[:count])
        self._at += count
        return count

    def close(self) -> None:
        """Close every file that was opened."""
        for file in self._files.values():
            file.close()
        super().close()

    def _read_file(self, span: Span, inside: int, buffer: memoryview) -> int:
        file = self._files.get(span.path)
        if file is None:
            file = self._files[span.path] = io.FileIO(span.path)
        file.seek(span.start + inside)
        count = file.readinto(buffer)
        if not count:
            raise EOFError(f"{span.path.name} ends before its byte {span.start + inside:,}")
        return count


def iter_bytes(file: BodyFile, left: int) -> Iterator[bytes]:
    """So many bytes of a file from where it is, a chunk at a time."""
    while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
        left -= len(chunk)
        yield chunk
