"""Damages of records, columns and trailers, in every format of lines, compressed or not."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from harness.formats import Column
from tests.mocks.source.damage.conftest import ROWS, TOTAL, Make, bytes_of

FORMATS = pytest.mark.parametrize("form", ["csv", "fixed", "jsonl"])
PACKED = pytest.mark.parametrize("compress", [None, "gzip", "zip"])


def stated(line: str) -> tuple[int, int]:
    """Records and control total of a trailer, whatever its format."""
    if line.startswith("{"):
        trailer = json.loads(line)["trailer"]
        return trailer["records"], trailer["control_total"]
    if "," in line:
        _, records, total = line.split(",")
    else:
        records, total = line[8:20], line[20:40]
    return int(records), int(total)


def values(line: str) -> list[str]:
    """A record's values, whatever its format."""
    if line.startswith("{"):
        return [str(value) for value in json.loads(line).values()]
    return line.split(",") if "," in line else [line[:12].strip(), line[12:22], line[22:28].strip()]


@FORMATS
@PACKED
def test_only_the_trailer_is_missing(make: Make, form: str, compress: str | None) -> None:
    sample = make(form, compress, trailer=1)
    assert sample.text_damaged("drop_trailer") == sample.text[:-1]


@FORMATS
def test_a_file_without_a_trailer_has_none_to_lose_and_none_to_be_wrong(make: Make, form: str) -> None:
    sample = make(form, trailer=0)
    assert sample.refused("drop_trailer") == "its layout has no trailer"
    assert sample.refused("totals", of="record_count", by="1").startswith("its layout has no record count")


@FORMATS
@PACKED
@pytest.mark.parametrize(("of", "wrong"), [("record_count", (21, TOTAL)), ("control_total", (20, TOTAL + 1))])
def test_a_trailer_states_one_too_many(
    make: Make, form: str, compress: str | None, of: str, wrong: tuple[int, int]
) -> None:
    sample = make(form, compress, trailer=1)
    lines = sample.text_damaged("totals", of=of, by="1")
    assert lines[:-1] == sample.text[:-1]
    assert stated(lines[-1]) == wrong
    assert form != "fixed" or len(lines[-1]) == len(sample.text[-1])


@FORMATS
@pytest.mark.parametrize(("by", "wrong"), [("0.01", "1.11"), ("-0.10", "1.00"), ("1", "2.10")])
def test_a_sum_of_money_is_a_cent_off_and_keeps_its_decimals(make: Make, form: str, by: str, wrong: str) -> None:
    columns = (Column("site", width=12), Column("amount", "decimal", 10))
    sample = make(
        form, trailer=1, rows=[("Lille", Decimal("0.60")), ("Évry", Decimal("0.50"))], columns=columns, control="amount"
    )
    last = sample.text_damaged("totals", of="control_total", by=by)[-1]
    assert re.search(r"\d\.\d\d", last), last
    assert re.findall(r"[1-9]\.\d+", last)[-1] == wrong


@FORMATS
@pytest.mark.parametrize(("totals", "said"), [("kept", (20, TOTAL)), ("follow", (22, TOTAL + 9 + 10))])
def test_records_in_the_middle_are_there_twice(make: Make, form: str, totals: str, said: tuple[int, int]) -> None:
    sample = make(form, trailer=1)
    lines = sample.text_damaged("repeat", records=2, totals=totals)
    first = sample.source_file.layout.header + 9
    assert lines[:-1] == sample.text[: first + 2] + sample.text[first:-1]
    assert stated(lines[-1]) == said


def test_all_records_may_be_there_twice(make: Make) -> None:
    sample = make()
    lines = sample.text_damaged("repeat", records=9999, totals="follow")
    assert len(lines) == 1 + 40 + 1
    assert stated(lines[-1]) == (40, 2 * TOTAL)


@FORMATS
@PACKED
def test_a_new_version_has_other_numbers_and_adds_them_up_rightly(make: Make, form: str, compress: str | None) -> None:
    sample = make(form, compress, trailer=1)
    lines = sample.text_damaged("revise", every=5)
    changed = [pair for pair in zip(sample.text, lines, strict=True) if pair[0] != pair[1]]
    assert len(changed) == 4 + 1
    for old, new in changed[:-1]:
        assert int(values(new)[2]) == int(values(old)[2]) + 1
    assert stated(lines[-1]) == (20, TOTAL + 4)


@FORMATS
def test_one_letter_is_another_and_every_total_agrees(make: Make, form: str) -> None:
    sample = make(form)
    [(old, new)] = [pair for pair in zip(sample.text, sample.text_damaged("flip", where="text"), strict=True)
                    if pair[0] != pair[1]]  # fmt: skip
    assert old.lower() == new.lower()
    assert values(old)[1:] == values(new)[1:]


@FORMATS
def test_one_digit_is_another_and_only_the_total_tells(make: Make, form: str) -> None:
    sample = make(form)
    [(old, new)] = [pair for pair in zip(sample.text, sample.text_damaged("flip", where="number"), strict=True)
                    if pair[0] != pair[1]]  # fmt: skip
    assert values(old)[:2] == values(new)[:2]
    assert abs(int(values(old)[2]) - int(values(new)[2])) == 1


@PACKED
@pytest.mark.parametrize(
    ("how", "header", "first", "record"),
    [
        ("added", "follows", "site,remark,day,quantity", "Évry 00,,2026-11-24,0"),
        ("added", "kept", "site,day,quantity", "Évry 00,,2026-11-24,0"),
        ("dropped", "follows", "site,quantity", "Évry 00,0"),
        ("renamed", "follows", "site,day_id,quantity", "Évry 00,2026-11-24,0"),
        ("moved", "follows", "site,quantity,day", "Évry 00,0,2026-11-24"),
        ("moved", "kept", "site,day,quantity", "Évry 00,0,2026-11-24"),
    ],
)
def test_columns_drift(make: Make, compress: str | None, how: str, header: str, first: str, record: str) -> None:
    sample = make(compress=compress)
    lines = sample.text_damaged("columns", how=how, column="day", header=header)
    assert lines[:2] == [first, record]
    assert lines[-1] == sample.text[-1]


def test_columns_drift_in_other_formats(make: Make) -> None:
    [record, *_] = make("jsonl").text_damaged("columns", how="renamed", column=None, header="follows")
    assert json.loads(record) == {"site_id": "Évry 00", "day": "2026-11-24", "quantity": 0}
    [record, *_] = make("fixed").text_damaged("columns", how="dropped", column="day", header="kept")
    assert record.rstrip() == "Évry 00          0"
    assert len(record) == 40


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"how": "dropped", "column": "weight", "header": "follows"}, "no column 'weight', but site, day, quantity"),
        ({"how": "renamed", "column": "site", "header": "kept"}, "no line of the file has the column 'site'"),
    ],
)
def test_a_column_that_is_not_there_cannot_drift_nor_one_that_keeps_its_name(
    make: Make, given: dict[str, str], why: str
) -> None:
    assert why in make().refused("columns", **given)


@FORMATS
def test_an_hour_back_is_the_day_before_and_an_hour_on_the_same_day(make: Make, form: str) -> None:
    sample = make(form)
    lines = sample.text_damaged("zone", hours=-1)
    assert [line.replace("2026-11-23", "2026-11-24") for line in lines] == sample.text
    assert sample.refused("zone", hours=1) == "no date or time of the file changes by 1 h"


def test_a_timestamp_is_moved_without_a_word(make: Make) -> None:
    import datetime as dt

    moment = dt.datetime(2026, 11, 24, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    sample = make(columns=(Column("site"), Column("at", "timestamp")), rows=[("Lyon", moment)], control=None)
    assert sample.text_damaged("zone", hours=-1)[1] == "Lyon,2026-11-23T23:30:00+01:00"


def test_decimals_get_a_comma_and_whole_numbers_get_one_where_there_are_no_decimals(make: Make) -> None:
    import decimal

    columns = (Column("site"), Column("price", "decimal"), Column("pieces", "integer"))
    sample = make(columns=columns, rows=[("Lyon", decimal.Decimal("12.50"), 3)], control=None)
    assert sample.text_damaged("decimal_comma")[1] == 'Lyon,"12,50",3'
    assert make(delimiter=";").text_damaged("decimal_comma")[2] == "Évry 01;2026-11-24;1,00"


@PACKED
def test_another_delimiter_separates_every_line(make: Make, compress: str | None) -> None:
    sample = make(compress=compress)
    assert sample.text_damaged("delimiter", delimiter=";") == [line.replace(",", ";") for line in sample.text]
    other = make("fixed")
    assert "not separated by a character" in other.refused("delimiter", delimiter=";")


@FORMATS
def test_only_the_header_is_left_or_no_records(make: Make, form: str) -> None:
    sample = make(form, trailer=1)
    header = sample.source_file.layout.header
    if header:
        assert sample.text_damaged("empty", leave="header") == sample.text[:header]
    else:
        assert sample.refused("empty", leave="header") == "its layout has no header"
    lines = sample.text_damaged("empty", leave="no_records")
    assert lines[:-1] == sample.text[:header]
    assert stated(lines[-1]) == (0, 0)
    assert bytes_of(sample.damaged("empty", leave="nothing")) == b""


def test_what_holds_no_lines_is_refused(make: Make) -> None:
    sample = make("parquet", control=None)
    for key, given in [
        ("drop_trailer", {}),
        ("cut", {"fraction": 0.5, "where": "inside_record"}),
        ("totals", {"of": "record_count", "by": "1"}),
        ("revise", {"every": 1}),
        ("zone", {"hours": -1}),
        ("decimal_comma", {}),
        ("flip", {"where": "text"}),
        ("encode", {"encoding": "latin-1"}),
    ]:
        assert sample.refused(key, **given).startswith("a parquet file "), key


def test_a_quoted_line_end_ends_no_record(make: Make) -> None:
    rows = [("two\nlines", *row[1:]) for row in ROWS[:3]]
    sample = make(rows=rows)
    data = bytes_of(sample.damaged("repeat", records=1, totals="kept"))
    assert data.count(b'"two\nlines"') == 4


def test_it_is_made_once_and_nothing_else_is_left_in_the_store(make: Make) -> None:
    sample = make(compress="gzip")
    before = sample.damaged("drop_trailer")
    made = {path: path.stat().st_mtime_ns for path in sample.source_file.path.parent.iterdir()}
    assert sample.damaged("drop_trailer") == before
    assert {path: path.stat().st_mtime_ns for path in sample.source_file.path.parent.iterdir()} == made
    assert not any(path.name.startswith(".deriving-") for path in made)
