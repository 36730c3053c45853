"""Rows compared part by part, so that never more than some of them are in memory."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO, Protocol

from harness.contract.rows import RawRow

PARTITION_ROWS = 50_000
"""About so many rows of each side are in memory at once, which takes some 15 MB."""

MOST_PARTITIONS = 200
"""So many files are open at once at most; of more than ten million rows, partitions grow."""


class Held(Protocol):
    """Rows that can be read again."""

    def total(self) -> int:
        """How many."""

    def raw(self) -> Iterator[RawRow]:
        """Each row's key and checksum."""


def partitions(*sides: Held) -> Iterator[tuple[Counter[RawRow], ...]]:
    """How often each side has each row; rows of one key are in one partition, on every side."""
    count = _count(max(side.total() for side in sides))
    if count == 1:
        yield tuple(Counter(side.raw()) for side in sides)
        return
    with ExitStack() as open_files:
        files = [[open_files.enter_context(tempfile.TemporaryFile()) for _ in range(count)] for _ in sides]
        for side, own in zip(sides, files, strict=True):
            writes = [file.write for file in own]
            for key, digest in side.raw():
                writes[hash(key) % count](b"%b\t%b\n" % (key, digest))
        for one in zip(*files, strict=True):
            yield tuple(Counter(_rows_in(file)) for file in one)


def key_partitions(side: Held) -> Iterator[Counter[bytes]]:
    """How often a side has each key."""
    count = _count(side.total())
    if count == 1:
        yield Counter(key for key, _ in side.raw())
        return
    with ExitStack() as open_files:
        files = [open_files.enter_context(tempfile.TemporaryFile()) for _ in range(count)]
        writes = [file.write for file in files]
        for key, _ in side.raw():
            writes[hash(key) % count](key + b"\n")
        for file in files:
            file.seek(0)
            yield Counter(line[:-1] for line in file)


def _count(rows: int) -> int:
    return min(MOST_PARTITIONS, 1 + rows // PARTITION_ROWS)


def _rows_in(file: BinaryIO) -> Iterator[RawRow]:
    file.seek(0)
    for line in file:
        key, _, digest = line[:-1].partition(b"\t")
        yield key, digest


def key_of(raw: bytes) -> str:
    """A row's key as it is shown."""
    return str(json.loads(raw))
