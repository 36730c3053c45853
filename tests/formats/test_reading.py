"""What a format writes, its layout is enough to read back."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import formats
from harness.contract.content import CompressName, FileLayout, SaidColumn, SaidLayout
from harness.contract.layout import Cell, Kind, UnitLayout
from harness.formats import Column, Form, Mismatch, Table
from harness.formats.format import Read
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


SAMPLES = Path(__file__).parent / "samples"


def first_and_last(path: Path) -> tuple[dict[str, object], dict[str, object]]:
    """Of a file that is taken for what it is."""
    found = [*records(path, formats.find_layout(path, Form())[0].described())]
    return found[0], found[-1]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (
            "pipe2t.txt",
            {"type": "D", "day": "2026-11-23", "sku": "SKU0", "qty": "10"},
            {"type": "D", "day": "2026-11-23", "sku": "SKU9", "qty": "19"},
        ),
        (
            "array.json",
            {"id": 0, "site": "A", "qty": 10, "price": "0.50", "day": "2026-11-23"},
            {"id": 11, "site": "A", "qty": 21, "price": "11.50", "day": "2026-11-23"},
        ),
        (
            "camt.xml",
            {"reference": "0", "amount": "12.50", "direction": "CRDT", "booked": "2026-11-23"},
            {"reference": "7", "amount": "19.57", "direction": "CRDT", "booked": "2026-11-23"},
        ),
        ("bai2.txt", {"type": "165", "amount": "1000"}, {"type": "165", "amount": "1119"}),
    ],
)
def test_records_of_every_structure_come_back_without_what_stands_around_them(
    name: str, first: dict[str, object], last: dict[str, object]
) -> None:
    assert first_and_last(SAMPLES / name) == (first, last)


def test_values_of_a_fixed_width_that_is_said_come_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes("H20261123\nDab 0012\nDcd 0013\nT0000002".replace("\n", "\x85").encode("cp037"))
    kinds = (
        Kind(name="header", role="header", starts=("H",)),
        Kind(name="trailer", role="trailer", starts=("T",)),
        Kind(name="records", role="record"),
    )
    columns = (SaidColumn(name="sku", cell=Cell(start=1, width=3)), SaidColumn(name="qty", cell=Cell(start=4, width=4)))
    said = SaidLayout(units=UnitLayout(kinds=kinds, ends="\x85"), encoding="cp037", columns=columns)
    layout, totals = formats.find_layout(path, Form(layout=said))
    assert [*records(path, layout.described())] == [{"sku": "ab", "qty": "0012"}, {"sku": "cd", "qty": "0013"}]
    assert [*records(path, layout.described(), without={"sku"})] == [{"qty": "0012"}, {"qty": "0013"}]
    assert totals.records == 2


def test_nested_objects_come_back_as_they_are_and_absent_keys_are_null(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text('{"data": [{"a": 1.10, "b": {"c": [1]}}, {"a": 2}]}')
    found = [*records(path, formats.find_layout(path, Form())[0].described())]
    assert found == [{"a": decimal.Decimal("1.10"), "b": {"c": [1]}}, {"a": 2, "b": None}]


def test_a_file_that_is_not_as_its_layout_says_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text('[{"a": 1}, {"a": 2}]')
    layout = formats.find_layout(path, Form())[0].described()
    path.write_text('[{"a": 1}, {"a"')
    with pytest.raises(Mismatch, match="the file is not as its layout says: byte"):
        list(records(path, layout))


def test_units_without_columns_are_refused() -> None:
    path = SAMPLES / "edifact.edi"
    layout = formats.find_layout(path, Form())[0].described()
    with pytest.raises(Mismatch, match=r"a file of which no columns are known, expected columns .* or under 'layout'"):
        next(records(path, layout))


@pytest.mark.parametrize("text", ["id,qty\n1,2\n3,4\n\x1a", "id,qty\n1,2\n3,4\nTRAILER,2\n\x1a\n"])
def test_what_old_systems_end_a_file_with_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    layout, totals = formats.find_layout(path, Form())
    assert [*records(path, layout.described())] == [{"id": "1", "qty": "2"}, {"id": "3", "qty": "4"}]
    assert totals.records == 2
