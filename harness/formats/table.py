"""Typed records on their way into a file: their columns, an iterator of rows, and what a trailer adds up of them."""

from __future__ import annotations

import datetime as dt
import decimal
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Type = Literal["text", "integer", "decimal", "date", "timestamp"]

PYTHON_TYPES: dict[str, type] = {
    "text": str,
    "integer": int,
    "decimal": decimal.Decimal,
    "date": dt.date,
    "timestamp": dt.datetime,
}
"""What a row holds in a column of that type. A timestamp has a time zone."""

NUMBERS = ("integer", "decimal")
DATES = ("date", "timestamp")

BATCH_ROWS = 2048
"""So many rows become a batch: enough that the work per batch does not count, few enough for the processor's cache."""

Row = Sequence[Any]
Values = Sequence[Any]
"""The values of one column in some rows."""


@dataclass(frozen=True)
class Batch:
    """Some rows, a column beside the other: what a factory yields that has many of them to make."""

    columns: Sequence[Values]


@dataclass(frozen=True)
class Column:
    """A column. ``width`` is its characters in a fixed-width file, ``scale`` a decimal's digits after the point."""

    name: str
    type: Type = "text"
    width: int | None = None
    scale: int = 2

    def __post_init__(self) -> None:
        if self.type not in PYTHON_TYPES:
            raise ValueError(
                f"column '{self.name}': found type '{self.type}', expected one of {', '.join(PYTHON_TYPES)}"
            )
        if self.width is not None and self.width < 1:
            raise ValueError(f"column '{self.name}': found width {self.width}, expected at least 1")


@dataclass(frozen=True)
class Totals:
    """How many records were written, and the sum of the control column (None when there is none).

    A sum of whole numbers is one; a sum of decimals is its exact text, because JSON has no exact number for it.
    """

    records: int
    control_total: int | str | None = None


class Table:
    """Columns, and records that pass by once, as rows or as batches of them.

    ``control`` names the column whose sum is the control total.
    """

    def __init__(
        self, columns: Sequence[Column], records: Iterable[Row] | Iterable[Batch], control: str | None = None
    ) -> None:
        self.columns = tuple(columns)
        self.control = control
        self._passing: Iterator[Row | Batch] = iter(records)
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"found the columns {', '.join(names) or 'none'}, expected at least one, each once")
        self._added = None if control is None else names.index(control)
        self._records = 0
        self._total: int | decimal.Decimal = 0

    def batches(self) -> Iterator[Sequence[Values]]:
        """The values of each column, some rows at a time, counted and added up as they pass.

        ValueError at a row of another length, or a value of another type than its column.
        """
        first = next(self._passing, None)
        if first is None:
            return
        passing = itertools.chain([first], self._passing)
        for columns in _whole(passing) if isinstance(first, Batch) else self._of_rows(passing):
            self._check(columns)
            self._records += len(columns[0])
            if self._added is not None:
                self._total += sum(columns[self._added])
            yield columns

    @property
    def totals(self) -> Totals:
        """Of what has passed until now."""
        if self._added is None:
            return Totals(self._records)
        total = self._total
        return Totals(self._records, total if isinstance(total, int) else plain(total))

    def _of_rows(self, passing: Iterator[Any]) -> Iterator[Sequence[Values]]:
        expected = len(self.columns)
        while rows := list(itertools.islice(passing, BATCH_ROWS)):
            for row in rows:
                if len(row) != expected:
                    raise ValueError(f"found the row {row!r}, expected {expected} values, one for each column")
            yield list(zip(*rows, strict=True))

    def _check(self, columns: Sequence[Values]) -> None:
        if len(columns) != len(self.columns) or len(set(map(len, columns))) != 1:
            found = ", ".join(str(len(values)) for values in columns) or "none"
            raise ValueError(f"found columns of {found} values, expected {len(self.columns)} equally long ones")
        for column, values in zip(self.columns, columns, strict=True):
            if not all(_fits(column, kind) for kind in set(map(type, values))):
                odd = next(value for value in values if not _fits(column, type(value)))
                wanted = PYTHON_TYPES[column.type].__name__
                raise ValueError(f"column '{column.name}': found {odd!r}, expected a value of type {wanted}")


def _whole(passing: Iterator[Any]) -> Iterator[Sequence[Values]]:
    # Nothing is left of a batch without rows, whose columns would have no type either.
    return (batch.columns for batch in passing if batch.columns and len(batch.columns[0]))


def _fits(column: Column, kind: type) -> bool:
    # True is a number for Python, and a timestamp is a date; as text they are neither.
    alien = {"integer": bool, "date": dt.datetime}.get(column.type)
    return issubclass(kind, PYTHON_TYPES[column.type]) and not (alien and issubclass(kind, alien))


def plain(number: decimal.Decimal) -> str:
    """A decimal in digits: never ``1E+3``, which few readers of files take."""
    return format(number, "f")
