"""Records of every type, and a file of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness import formats
from harness.formats import Column, Form, Table, Totals

COLUMNS = (
    Column("site", "text", 16),
    Column("day", "date", 10),
    Column("pieces", "integer", 8),
    Column("price", "decimal", 10),
    Column("at", "timestamp", 25),
)

ROWS: list[tuple[Any, ...]] = [
    ("Saint-Étienne", dt.date(2026, 11, 23), 3, Decimal("1.50"), dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)),
    ('a "b", c', dt.date(2026, 1, 2), -12, Decimal("-0.05"), dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
    ("100 %s ;|\t", dt.date(1999, 12, 31), 0, Decimal("1E+3"), dt.datetime(1999, 12, 31, tzinfo=dt.UTC)),
    ("", dt.date(2026, 1, 2), 10**7, Decimal("1.5"), dt.datetime(2026, 1, 2, tzinfo=dt.UTC)),
]
PIECES, PRICES = 9_999_991, "1002.95"
"""What the columns `pieces` and `price` add up to."""

Written = Callable[..., tuple[Path, Totals]]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A file of ``rows`` in the form of the other arguments."""

    def write(
        rows: list[tuple[Any, ...]] | Iterator[tuple[Any, ...]] = ROWS,
        columns: tuple[Column, ...] = COLUMNS,
        control: str | None = "pieces",
        **form: Any,
    ) -> tuple[Path, Totals]:
        table = Table(columns, rows, control)
        path = tmp_path / "file"
        with path.open("wb") as out:
            return path, formats.write(table, formats.made_layout(Form(**form), columns, control), out, member="file")

    return write
