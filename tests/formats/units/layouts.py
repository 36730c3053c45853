"""Layouts in a line, and files as their units."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from harness.contract.content import FileLayout
from harness.contract.layout import Kind, UnitLayout
from harness.formats.units import Unit, units

SAMPLES = Path(__file__).parent.parent / "samples"

HEADER = Kind(name="header", role="header", first=1)
RECORD = Kind(name="records", role="record")
TRAILER = Kind(name="trailer", role="trailer", last=1)


def layout_of(encoding: str | None = "utf-8", *, line_end: str | None = "\n", **made: Any) -> FileLayout:
    """The layout of a file that is made of units like this."""
    return FileLayout(
        format="csv",
        compress=None,
        encoding=encoding,
        line_end=line_end,
        delimiter=None,
        header=0,
        trailer=0,
        columns=(),
        control=None,
        date_columns=(),
        units=UnitLayout(**made),
    )


def read(data: bytes, layout: FileLayout) -> list[Unit]:
    """All units of these bytes."""
    return list(units(io.BytesIO(data), layout))


def told(data: bytes, layout: FileLayout) -> list[tuple[str, bytes]]:
    """Each unit's role, and its bytes."""
    return [(unit.kind.role, unit.data) for unit in read(data, layout)]


def records(data: bytes, layout: FileLayout) -> list[bytes]:
    """The bytes of the records, without their ends."""
    return [unit.body for unit in read(data, layout) if unit.is_record]


class _Trickling(io.RawIOBase):
    def __init__(self, data: bytes, sizes: Iterator[int]) -> None:
        self._file, self._sizes = io.BytesIO(data), sizes

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(min(size, next(self._sizes)))


def trickling(data: bytes, sizes: Iterator[int]) -> IO[bytes]:
    """A file that gives some bytes at a time, as many as it likes."""
    return cast(IO[bytes], _Trickling(data, sizes))
