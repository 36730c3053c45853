"""What a file holds: its checksums, and how its records lie in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.contract.bounds import at_least, checksum
from harness.contract.layout import Cell, UnitLayout

CompressName = Literal["gzip", "bz2", "xz", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]
"""What a file's text can lie in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedColumn:
    """A column of a file's records; ``start`` and ``width`` are characters of a fixed-width line, else null.

    ``cell``: where it stands in a record. Null: of lines with a delimiter, in the field of its position; of a fixed
    width, at ``start``; of JSON, under its name.
    """

    name: str
    type: str
    start: int | None
    width: int | None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLayout:
    """Everything that somebody must know who reads the file, or damages it on purpose.

    ``header`` and ``trailer`` count lines. ``control`` names the column that is added up. Of a file of which little is
    known there are no columns, and the encoding is null. ``units``: what it is made of, once it is unpacked; null where
    that is no units (Parquet), or not known. ``member``: the name of the member of an archive that all this is of;
    null: it has no other, or is none. harness/formats/README.md describes each format.
    """

    format: str
    compress: str | None
    encoding: str | None
    line_end: str | None
    delimiter: str | None
    header: int
    trailer: int
    columns: tuple[PlacedColumn, ...]
    control: str | None
    date_columns: tuple[str, ...]
    units: UnitLayout | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidColumn:
    """A column as the author of a chain says it; a ``type`` that is not said (null) is told from the file."""

    name: str
    cell: Cell
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLayout:
    """What the author of a chain says of what a file is made of; null, and no columns: told from the file."""

    units: UnitLayout
    encoding: str | None = None
    columns: tuple[SaidColumn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One content of the store: its SHA-256, which is its name there, and all that a manifest can state of it.

    ``control_total`` is null where no column is added up, a whole number, or the exact text of a decimal sum.
    ``layout`` is null of a file of which nothing is known.
    """

    sha256: str
    md5: str
    size: int
    records: int
    control_total: int | str | None
    layout: FileLayout | None

    def __post_init__(self) -> None:
        """A content that a store can have."""
        checksum(self.sha256)
        at_least(0, size=self.size, records=self.records)
