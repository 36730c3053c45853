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

BATCH_ROWS = 8192
"""So many rows are in memory at once: enough that the work per batch does not count, a few megabytes at most."""

Row = Sequence[Any]


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
    """Columns, and rows that pass by once. ``control`` names the column whose sum is the control total."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Row], control: str | None = None) -> None:
        self.columns = tuple(columns)
        self.control = control
        self._rows = iter(rows)
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"found the columns {', '.join(names) or 'none'}, expected at least one, each once")
        self._added = None if control is None else names.index(control)
        self._records = 0
        self._total: int | decimal.Decimal = 0

    def batches(self, size: int = BATCH_ROWS) -> Iterator[list[Row]]:
        """The rows, ``size`` at a time, counted and added up as they pass."""
        while batch := list(itertools.islice(self._rows, size)):
            self._count(batch)
            yield batch

    @property
    def totals(self) -> Totals:
        """Of what has passed until now."""
        if self._added is None:
            return Totals(self._records)
        total = self._total
        return Totals(self._records, total if isinstance(total, int) else plain(total))

    def _count(self, batch: list[Row]) -> None:
        # Only the first row of a batch is looked at closely: it is where a wrong factory shows, and costs nothing.
        if len(batch[0]) != len(self.columns):
            raise ValueError(
                f"found a row of {len(batch[0])} values, expected {len(self.columns)}, one for each column"
            )
        for column, value in zip(self.columns, batch[0], strict=True):
            if not isinstance(value, PYTHON_TYPES[column.type]):
                raise ValueError(
                    f"column '{column.name}': found {value!r}, expected a {PYTHON_TYPES[column.type].__name__}"
                )
        self._records += len(batch)
        if self._added is not None:
            added = self._added
            self._total += sum([row[added] for row in batch])


def plain(number: decimal.Decimal) -> str:
    """A decimal in digits: never ``1E+3``, which few readers of files take."""
    return format(number, "f")
