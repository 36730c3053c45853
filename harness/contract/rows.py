"""The rows that consumers hold: a line each in a file beside the history, whose events have only their digests.

A line has a row's key as JSON, the checksum of its content, and its content as canonical JSON, with a tab between. Each
batch is a part of the file; its ``holds`` event says where it begins, how long it is, and what it must be.
"""

from __future__ import annotations

import json
import struct
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from json.encoder import encode_basestring
from typing import Any, BinaryIO, cast

ROWS = "held.rows"
"""The file's name beside the histories of a night's components, once it is over."""

IN_MEMORY_BYTES = 1 << 20
"""Up to so many bytes the rows of a night stay in memory: most nights are small, and open files are counted."""

CHUNK_BYTES = 1 << 20

RawRow = tuple[bytes, bytes]
"""A row's key, as JSON, and the checksum of its content: as they are in the file."""

MODULUS = 1 << 64
"""Of the sums of rows' checksums."""


class RowsFile:
    """The rows of one night, in memory or in a file without a name, which ends with this process."""

    def __init__(self, chunks: Iterable[bytes] = ()) -> None:
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed with this object
        weakref.finalize(self, file.close)
        self._file = cast(BinaryIO, file)
        self.size = 0
        for chunk in chunks:
            self.append(chunk)

    def append(self, chunk: bytes) -> int:
        """Add to its end; where that was. Nobody else may read it meanwhile."""
        start = self._file.seek(self.size)
        self._file.write(chunk)
        self.size += len(chunk)
        return start

    def chunks(self, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """A part of it, or all; others may read it meanwhile."""
        end = self.size if size is None else min(start + size, self.size)
        while start < end:
            self._file.seek(start)
            chunk = self._file.read(min(CHUNK_BYTES, end - start))
            start += len(chunk)
            yield chunk

    def lines(self, start: int, size: int) -> Iterator[bytes]:
        """The lines of a part of it."""
        rest = b""
        for chunk in self.chunks(start, size):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole


@dataclass(frozen=True)
class Part:
    """The rows of one batch in the file; ``sum`` is that of the rows' checksums, and so is the same in any order.

    A row's content has the columns of its key, so that rows with the same checksums have the same keys.
    """

    file: RowsFile
    start: int
    size: int
    rows: int
    digest: str
    sum: int | None

    @classmethod
    def told(cls, file: RowsFile, value: Mapping[str, Any]) -> Part:
        """What a ``holds`` event says."""
        return cls(file, value["start"], value["bytes"], value["rows"], value["digest"], int(value["sum"], 16))

    def raw(self) -> Iterator[RawRow]:
        """Each row's key and checksum."""
        for line in self.file.lines(self.start, self.size):
            key, digest, _ = line.split(b"\t", 2)
            yield key, digest

    def contents(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each row's key, its checksum and the row itself."""
        for line in self.file.lines(self.start, self.size):
            key, digest, content = line.split(b"\t", 2)
            yield json.loads(key), digest.decode(), json.loads(content)

    def values(self) -> Iterator[dict[str, Any]]:
        """Each row itself; those of a chunk are read at once, which takes half the time."""
        rest = b""
        for chunk in self.file.chunks(self.start, self.size):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from json.loads(b"[%b]" % b",".join([line.rpartition(b"\t")[2] for line in whole]))

    def wrong_because(self) -> str | None:
        """Why the file has not the rows that its history tells of."""
        if self.start + self.size > self.file.size:
            return f"found {self.file.size:,} bytes, expected at least {self.start + self.size:,}"
        found = blake2b(digest_size=16)
        for chunk in self.file.chunks(self.start, self.size):
            found.update(chunk)
        if found.hexdigest() != self.digest:
            return f"found other rows (checksum {found.hexdigest()}) at byte {self.start:,}, expected {self.digest}"
        return None


@dataclass(frozen=True)
class Written:
    """The rows of a batch in a history that is written by hand: key and checksum of each, and no content."""

    told: Sequence[Sequence[str]]
    sum: int | None = None

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.told)

    def raw(self) -> Iterator[RawRow]:
        """Each row's key and checksum."""
        for key, digest in self.told:
            yield json.dumps(key, ensure_ascii=False).encode(), digest.encode()

    def contents(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each row's key and its checksum; its content is not known."""
        for key, digest in self.told:
            yield key, digest, {}

    def values(self) -> Iterator[dict[str, Any]]:
        """Each row itself, of which nothing is known."""
        return ({} for _ in self.told)


HeldPart = Part | Written


def lines_of(keys: Iterable[str], texts: Sequence[str]) -> tuple[bytes, str, int]:
    """The lines of rows with these keys and contents (as canonical JSON), their digest, and their sum."""
    digests = [blake2b(text.encode(), digest_size=8).digest() for text in texts]
    told = zip(keys, digests, texts, strict=True)
    lines = "".join([f"{encode_basestring(key)}\t{digest.hex()}\t{text}\n" for key, digest, text in told]).encode()
    total = sum(struct.unpack(f">{len(digests)}Q", b"".join(digests))) % MODULUS
    return lines, digest_of(lines), total


def digest_of(lines: bytes) -> str:
    """The digest of the lines of a batch."""
    return blake2b(lines, digest_size=16).hexdigest()


def sum_of(parts: Iterable[HeldPart]) -> int | None:
    """The sum of all rows of some batches; None where one of them has none."""
    sums = [part.sum for part in parts]
    return None if None in sums else sum(one for one in sums if one is not None) % MODULUS
