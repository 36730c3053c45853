"""What a format writes, its layout is enough to read back."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import formats
from harness.contract.content import FileLayout
from harness.formats import Column, Form, Mismatch, Table
from harness.formats.format import Read
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


def test_columns_that_nobody_asks_for_are_left_out_of_long_and_short_records(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("id,name,amount\n007,Ann,12.50\n008,Bob\n")
    layout = formats.made_layout(Form(format="csv", trailer=0), COLUMNS[:3], "amount").described()
    names = [column.name for column in layout.columns]
    found = list(records(path, layout, without={names[1]}))
    assert found == [{names[0]: "007", names[2]: "12.50"}, {names[0]: "008"}]


def test_a_parquet_file_comes_back_with_the_values_of_its_types(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the parquet extra is not installed")
    layout = formats.made_layout(Form(format="parquet"), COLUMNS, "amount")
    path = tmp_path / "file"
    with path.open("wb") as out:
        formats.write(Table(COLUMNS, ROWS, "amount"), layout, out)
    assert [tuple(one.values()) for one in records(path, layout.described())] == ROWS
    assert [*next(records(path, layout.described()))] == [column.name for column in COLUMNS]


def own(read: Read | None) -> FileLayout:
    """The layout of a file of a format of one's own, which is read like that."""
    formats.file_format("bars", lambda table, layout, out: table.totals, read=read)
    return formats.made_layout(Form(format="bars"), COLUMNS, None).described()


@pytest.fixture
def bars() -> Iterator[None]:
    yield
    del formats.FORMATS["bars"]


@pytest.mark.usefixtures("bars")
def test_a_format_of_ones_own_is_read_by_its_own_code(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1|2")
    layout = own(lambda file, layout: ({"id": one} for one in file.read().decode().split("|")))
    assert [*records(tmp_path / "file", layout)] == [{"id": "1"}, {"id": "2"}]


@pytest.mark.usefixtures("bars")
def test_what_goes_wrong_in_its_own_code_is_told_as_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1|2")
    layout = own(lambda file, layout: (one for one in [{"id": int(file.read())}]))
    with pytest.raises(Mismatch, match="the format bars cannot read it: ValueError"):
        next(records(tmp_path / "file", layout))


@pytest.mark.usefixtures("bars")
def test_a_format_that_is_only_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mismatch, match=r"found a bars file, expected columns in one of the formats csv, .*parquet"):
        next(records(tmp_path / "file", own(None)))


def test_a_file_without_known_columns_is_refused(tmp_path: Path) -> None:
    layout = formats.Layout(format="binary", encoding=None).described()
    with pytest.raises(Mismatch, match="no columns are known"):
        next(records(tmp_path / "file", layout))
