"""How a file is laid out: what its author chose, what follows from that, and the description in the night's plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from harness.contract.content import CompressName, FileLayout, PlacedColumn, SaidLayout
from harness.contract.layout import Cell, UnitLayout
from harness.formats.table import DATES, Column

BINARY = "binary"
"""The format of a file of which nothing is known but its bytes."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the author of a chain says of a file's form; None: as is usual."""

    format: str | None = None
    compress: CompressName | None = None
    delimiter: str | None = None
    header: int | None = None
    trailer: int | None = None
    control: str | None = None
    layout: SaidLayout | None = None
    member: str | None = None

    def given(self) -> dict[str, Any]:
        """Only what is said."""
        return {key: value for key in KEYS if (value := getattr(self, key)) is not None}


class Mismatch(ValueError):
    """What the author says of a file cannot be, or is not so; ``key`` is where they say it."""

    def __init__(self, key: str, text: str) -> None:
        self.key = key
        super().__init__(text)


KEYS = tuple(one.name for one in fields(Form))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Everything that somebody must know who reads the file, or damages it on purpose.

    ``header`` and ``trailer`` count lines. ``control`` names the column that is added up. Of a file of which little is
    known the columns are none, and the encoding is None. ``units``: what it is made of once it is unpacked, where that
    is known. ``cells``: where those columns stand that do not stand where their format has them. ``member``: of an
    archive of several, which of them this is.
    """

    format: str
    compress: str | None = None
    encoding: str | None = "utf-8"
    line_end: str | None = "\n"
    delimiter: str | None = None
    header: int = 0
    trailer: int = 0
    columns: tuple[Column, ...] = ()
    control: str | None = None
    units: UnitLayout | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)
    member: str | None = None

    @property
    def position_of_control(self) -> int | None:
        """Which of the columns is added up, from 0."""
        return next((at for at, column in enumerate(self.columns) if column.name == self.control), None)

    def described(self) -> FileLayout:
        """As the night's plan has it."""
        fixed = self.format == "fixed"
        columns, start = [], 0
        for column in self.columns:
            cell = self.cells.get(column.name)
            if cell is not None:
                begins, width = cell.start, cell.width
            else:
                begins, width = (start, column.width) if fixed else (None, None)
            columns.append(PlacedColumn(name=column.name, type=column.type, start=begins, width=width, cell=cell))
            start += width or 0
        return FileLayout(
            format=self.format,
            compress=self.compress,
            encoding=self.encoding,
            line_end=self.line_end,
            delimiter=self.delimiter,
            header=self.header,
            trailer=self.trailer,
            columns=tuple(columns),
            control=self.control,
            date_columns=tuple(column.name for column in self.columns if column.type in DATES),
            units=self.units,
            member=self.member,
        )
