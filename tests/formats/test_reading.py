"""What a format writes, its layout is enough to read back."""

from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path

import pytest

from harness import formats
from harness.formats import Column, Form, Mismatch, Table
from harness.formats.layout import CompressName
from harness.formats.reading import records
from harness.night.same_value import plain_value

COLUMNS = (
    Column("id", "text", 6),
    Column("name", "text", 20),
    Column("amount", "decimal", 12),
    Column("day", "date", 10),
)
ROWS = [
    ("007", 'Müller, "Söhne"', decimal.Decimal("12.50"), dt.date(2026, 11, 23)),
    ("008", "Łódź", decimal.Decimal("-3.00"), dt.date(2026, 11, 23)),
]


@pytest.mark.parametrize("compress", [None, "gzip", "zip"])
@pytest.mark.parametrize("trailer", [0, 1])
@pytest.mark.parametrize("name", ["csv", "fixed", "jsonl"])
def test_records_come_back_without_header_and_trailer(
    tmp_path: Path, name: str, trailer: int, compress: CompressName | None
) -> None:
    layout = formats.made_layout(Form(format=name, trailer=trailer, compress=compress), COLUMNS, "amount")
    path = tmp_path / "file"
    with path.open("wb") as out:
        formats.write(Table(COLUMNS, ROWS, "amount"), layout, out)
    found = [[plain_value(value) for value in one.values()] for one in records(path, layout.described())]
    assert found == [[plain_value(value) for value in row] for row in ROWS]


def test_a_file_without_known_columns_is_refused(tmp_path: Path) -> None:
    layout = formats.Layout(format="binary", encoding=None).described()
    with pytest.raises(Mismatch, match="no columns are known"):
        next(records(tmp_path / "file", layout))
