"""What tests of documents and segments share: layouts, a file that gives a few bytes at a time, the samples."""

from __future__ import annotations

import io
import random
from itertools import chain
from pathlib import Path
from typing import IO, cast

from harness.contract.content import FileLayout
from harness.contract.layout import UnitLayout
from harness.formats import units as units_of
from harness.formats.units import Unit

SAMPLES = Path(__file__).parents[1] / "samples"


def laid_out(units: UnitLayout, encoding: str | None = "utf-8") -> FileLayout:
    """A file of these units."""
    return FileLayout(
        format="text",
        compress=None,
        encoding=encoding,
        line_end=None,
        delimiter=None,
        header=0,
        trailer=0,
        columns=(),
        control=None,
        date_columns=(),
        units=units,
    )


class Trickle(io.BytesIO):
    """A file that gives from one to nine bytes at a time, whatever it is asked for."""

    def __init__(self, data: bytes, seed: int) -> None:
        super().__init__(data)
        self._random = random.Random(seed)

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(self._random.randint(1, 9), size if size and size > 0 else 9))


class Repeated:
    """A file of a head, so many pieces and a tail, of which no more is ever there than is asked for."""

    def __init__(self, head: bytes, piece: bytes, count: int, tail: bytes) -> None:
        pieces = (piece * 1000 for _ in range(count // 1000))
        self._parts = chain([head], pieces, [piece * (count % 1000), tail])
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, None)) is not None:
            self._rest += part
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def read(data: bytes | IO[bytes] | Repeated, units: UnitLayout, encoding: str | None = "utf-8") -> list[Unit]:
    """Its units; of bytes they are the file again, and the same however few of them come at a time."""
    layout = laid_out(units, encoding)
    if not isinstance(data, bytes):
        return list(units_of.units(cast("IO[bytes]", data), layout))
    found = list(units_of.units(io.BytesIO(data), layout))
    assert b"".join(unit.data for unit in found) == data
    for seed in range(3):
        assert list(units_of.units(Trickle(data, seed), layout)) == found
    return found


def told(found: list[Unit]) -> list[tuple[str, bytes, bytes]]:
    """Of each unit the role, the body and the end."""
    return [(unit.kind.role, unit.body, unit.data[len(unit.body) :]) for unit in found]


def records(found: list[Unit]) -> list[bytes]:
    """What the records are, without their ends."""
    return [unit.body for unit in found if unit.is_record]
