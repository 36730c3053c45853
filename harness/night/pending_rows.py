"""Rows that are too many for memory, kept in files: those of one key are in one file, whichever side they are of."""

from __future__ import annotations

import pickle
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import IO, Any, Self

MOST_PENDING = 100_000
"""So many rows of both sides wait in memory for their counterpart, which takes some 50 MB."""

PARTS = 64

Kept = tuple[int, tuple[str, ...], Mapping[str, Any]]
"""The side, the key and the row."""


class Partitions:
    """Files without a name, which end with the program; the checksum of a key says which is its own, in every run."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        for _ in range(PARTS):
            self._files.append(self._open.enter_context(tempfile.TemporaryFile()))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, side: int, name: tuple[str, ...], one: Mapping[str, Any]) -> None:
        """Keep one."""
        pickle.dump((side, name, one), self._files[zlib.crc32("\0".join(name).encode()) % PARTS])

    def parts(self) -> Iterator[Iterator[Kept]]:
        """What each file has, in the order in which it came."""
        for file in self._files:
            file.seek(0)
            yield _all_in(file)


def _all_in(file: IO[bytes]) -> Iterator[Kept]:
    while True:
        try:
            yield pickle.load(file)  # noqa: S301 - what this program has written into a file that no other can open
        except EOFError:
            return
