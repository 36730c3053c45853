"""Every format is read back by a reader that is not ours, record by record."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pyarrow.parquet
import pytest

from harness import formats
from harness.contract.content import CompressName
from harness.formats import FORMATS, Batch, Column, Form, Table, Totals
from harness.formats.containers.container import unpacked
from tests.formats.conftest import COLUMNS, PIECES, PRICES, ROWS, Written

NAMES = [column.name for column in COLUMNS]
TEXTS = [
    [site, day.isoformat(), str(pieces), format(price, "f"), at.isoformat()] for site, day, pieces, price, at in ROWS
]


def test_every_format_that_a_chain_can_name_is_written() -> None:
    assert list(FORMATS) == ["csv", "fixed", "jsonl", "parquet"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "~"])
def test_csv_is_what_the_csv_module_reads(written: Written, delimiter: str) -> None:
    path, totals = written(delimiter=delimiter)
    with path.open(newline="", encoding="utf-8") as file:
        header, *records, trailer = csv.reader(file, delimiter=delimiter)
    assert (header, records) == (NAMES, TEXTS)
    assert trailer == ["TRAILER", "4", str(PIECES)]
    assert totals == Totals(4, PIECES)


@pytest.mark.parametrize("value", ['"', '""', "\n", "a\r\nb", ",", " a ", "", "TRAILER"])
def test_whatever_text_is_in_a_record_comes_back(written: Written, value: str) -> None:
    path, _ = written([(value,)], (Column("a"),), None, trailer=0)
    with path.open(newline="") as file:
        assert list(csv.reader(file)) == [["a"], [value]]
    path, _ = written([(value,)], (Column("a"),), None, format="jsonl")
    assert json.loads(path.read_text()) == {"a": value}


def test_json_lines_are_objects_with_numbers_as_numbers(written: Written) -> None:
    path, _ = written(format="jsonl", trailer=1)
    *records, trailer = [json.loads(line, parse_float=Decimal) for line in path.read_text().splitlines()]
    assert records == [
        {"site": site, "day": day.isoformat(), "pieces": pieces, "price": price, "at": at.isoformat()}
        for site, day, pieces, price, at in ROWS
    ]
    assert trailer == {"trailer": {"records": 4, "control_total": PIECES}}


def test_json_lines_end_with_a_record_unless_a_trailer_is_asked_for(written: Written) -> None:
    path, _ = written(format="jsonl")
    assert [set(json.loads(line)) for line in path.read_text().splitlines()] == [set(NAMES)] * 4


def test_a_column_of_any_name_is_one(written: Written) -> None:
    path, _ = written([(1,)], (Column('100 %s "é', "integer"),), None, format="jsonl")
    assert json.loads(path.read_text()) == {'100 %s "é': 1}


def test_fixed_width_has_each_value_at_its_place_and_lines_of_one_length(written: Written) -> None:
    path, _ = written(format="fixed", header=1)
    lines = path.read_text(encoding="utf-8").splitlines()
    described = formats.made_layout(Form(format="fixed"), COLUMNS, None).described().columns
    places = [slice(column.start, (column.start or 0) + (column.width or 0)) for column in described]
    assert {len(line) for line in lines} == {69}
    header, *records, trailer = lines
    assert [header[place].strip() for place in places] == NAMES
    assert [[record[place].strip() for place in places] for record in records] == [
        [text.strip() for text in texts] for texts in TEXTS
    ]
    assert records[0].startswith("Saint-Étienne   2026-11-23       3")
    assert trailer.rstrip() == "TRAILER 000000000004" + str(PIECES).zfill(20)


def test_a_short_fixed_record_is_as_long_as_its_trailer(written: Written) -> None:
    path, _ = written([("ab",)], (Column("a", "text", 2),), None, format="fixed")
    assert [len(line) for line in path.read_text().splitlines()] == [40, 40]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            ("12345678901234567", *ROWS[0][1:]),
            "column 'site': found '12345678901234567', 17 characters; expected at most",
        ),
        (("a\nb", *ROWS[0][1:]), r"column 'site': found 'a\\nb', expected text without line ends"),
        ((*ROWS[0][:2], 10**8, *ROWS[0][3:]), "column 'pieces': found '100000000', 9 characters; expected at most 8"),
    ],
)
def test_what_does_not_fit_its_width_is_told_and_never_cut(written: Written, row: Any, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        written([*ROWS, row], format="fixed")


def test_parquet_keeps_every_type(written: Written) -> None:
    path, totals = written(format="parquet")
    table = pyarrow.parquet.read_table(path)
    assert [str(field.type) for field in table.schema] == [
        "string", "date32[day]", "int64", "decimal128(38, 2)", "timestamp[us, tz=UTC]",
    ]  # fmt: skip
    assert [tuple(record.values()) for record in table.to_pylist()] == ROWS
    assert totals == Totals(4, PIECES)


def test_parquet_has_row_groups_that_fit_into_memory(written: Written) -> None:
    path, _ = written(((number,) for number in range(200_000)), (Column("n", "integer"),), "n", format="parquet")
    metadata = pyarrow.parquet.read_metadata(path)
    assert metadata.num_rows == 200_000
    assert max(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)) < 70_000


@pytest.mark.parametrize("name", ["csv", "fixed", "jsonl"])
@pytest.mark.parametrize("compress", get_args(CompressName))
def test_a_compressed_file_holds_the_plain_one(written: Written, name: str, compress: str) -> None:
    plain, same = written(format=name)[0].read_bytes(), written(format=name)[0].read_bytes()
    assert plain == same
    body = written(format=name, compress=compress)[0].read_bytes()
    with unpacked(io.BytesIO(body), compress) as text:
        assert text.read() == plain
    if compress == "zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.testzip() is None
            assert [(one.filename, one.date_time) for one in archive.infolist()] == [("file", (1980, 1, 1, 0, 0, 0))]


def test_a_sum_of_decimals_is_exact_and_a_text(written: Written) -> None:
    path, totals = written(control="price")
    assert totals == Totals(4, PRICES)
    assert path.read_text().splitlines()[-1] == f"TRAILER,4,{PRICES}"


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_without_records_is_one_too(written: Written, name: str) -> None:
    path, totals = written([], format=name)
    assert totals == Totals(0, 0)
    if name == "parquet":
        assert pyarrow.parquet.read_table(path).column_names == NAMES
    elif name == "csv":
        assert path.read_text() == ",".join(NAMES) + "\nTRAILER,0,0\n"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ROWS[0][:-1], r"expected 5 values, one for each column"),
        (("a", "2026-11-23", *ROWS[0][2:]), "column 'day': found '2026-11-23', expected a value of type date"),
        (("a", ROWS[0][4], *ROWS[0][2:]), "column 'day': found datetime.datetime.*, expected a value of type date"),
        ((*ROWS[0][:2], True, *ROWS[0][3:]), "column 'pieces': found True, expected a value of type int"),
        ((*ROWS[0][:3], 1.5, ROWS[0][4]), "column 'price': found 1.5, expected a value of type Decimal"),
        ((None, *ROWS[0][1:]), "column 'site': found None, expected a value of type str"),
    ],
)
def test_a_record_that_is_not_what_its_columns_say_is_told(written: Written, row: Any, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        written([*ROWS, row])


def test_batches_of_columns_are_written_like_rows(written: Written, tmp_path: Path) -> None:
    batches = [Batch([list(values) for values in zip(*rows, strict=True)]) for rows in (ROWS[:3], ROWS[3:])]
    table, out = Table(COLUMNS, [batches[0], Batch([[]] * 5), batches[1]], "pieces"), io.BytesIO()
    assert formats.write(table, formats.made_layout(Form(), COLUMNS, "pieces"), out) == Totals(4, PIECES)
    assert out.getvalue() == written()[0].read_bytes()


def test_uneven_batches_are_told() -> None:
    table = Table((Column("a"), Column("b")), [Batch([["x"], ["y", "z"]])])
    with pytest.raises(ValueError, match="found columns of 1, 2 values, expected 2 equally long ones"):
        list(table.batches())


def test_columns_are_told_apart() -> None:
    with pytest.raises(ValueError, match="found the columns a, a, expected at least one, each once"):
        Table((Column("a"), Column("a")), [])
    with pytest.raises(ValueError, match="column 'a': found type 'txt', expected one of text, integer"):
        Column("a", "txt")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="column 'a': found width 0, expected at least 1"):
        Column("a", "text", 0)


def test_equal_values_of_different_texts_keep_them(written: Written) -> None:
    paris = dt.timezone(dt.timedelta(hours=1))
    moments = [dt.datetime(2026, 1, 2, 13, tzinfo=paris), dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)] * 8
    path, _ = written(zip([Decimal("1.5"), Decimal("1.50")] * 8, moments, strict=True),
                      (Column("d", "decimal"), Column("t", "timestamp")), None, header=0, trailer=0)  # fmt: skip
    assert set(path.read_text().splitlines()) == {"1.5,2026-01-02T13:00:00+01:00", "1.50,2026-01-02T12:00:00+00:00"}
