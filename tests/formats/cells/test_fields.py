"""Fields: in any encoding, with quotes where they were, ragged, released."""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal
from typing import Any

import pytest

from harness.contract.layout import Cell, UnitLayout
from harness.formats.cells import Cells, NoRoom
from harness.formats.units import Unit
from tests.formats.cells.samples import RECORD, column, layout, units


def cells(separator: str = ",", quote: str | None = '"', encoding: str = "utf-8", **more: Any) -> Cells:
    made = UnitLayout(separators=(separator,), quote=quote, **more)
    return Cells(layout(made, map(column, "abc"), encoding=encoding))


def unit(data: bytes, end: int = 1) -> Unit:
    return Unit(RECORD, data, end)


def changed(line: bytes, field: int, text: str, **form: Any) -> bytes:
    return cells(**form).with_text(unit(line), Cell(field=field), text).data


@pytest.mark.parametrize(
    ("line", "field", "text", "after"),
    [
        (b"a,b,c\n", 2, "x", b"a,x,c\n"),
        (b'a,"b",c\n', 2, "x", b'a,"x",c\n'),
        (b'a,"b",c\n', 2, 'x"y', b'a,"x""y",c\n'),
        (b"a,b,c\n", 2, "x,y", b'a,"x,y",c\n'),
        (b"a,b,c\n", 2, "x\r\ny", b'a,"x\r\ny",c\n'),
        (b"a,b,c\n", 2, '"x', b'a,"""x",c\n'),
        (b'5",b,c\n', 1, '6"', b'6",b,c\n'),
        (b'5",b,c\n', 2, "x", b'5",x,c\n'),
        (b'"a,1","b\nc",d\n', 2, "x", b'"a,1","x",d\n'),
        (b'"a""b",c\n', 2, "x", b'"a""b",x\n'),
        (b"a,,c\n", 2, "x", b"a,x,c\n"),
        (b'"",b\n', 1, "x", b'"x",b\n'),
        (b"a,b,\n", 3, "x", b"a,b,x\n"),
        (b"a\n", 1, "", b'""\n'),
        (b'"a"b,c\n', 2, "x", b'"a"b,x\n'),
        (b' "a",b\n', 1, "x", b"x,b\n"),
    ],
)
def test_a_field_is_written_as_it_was(line: bytes, field: int, text: str, after: bytes) -> None:
    assert changed(line, field, text) == after


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (b"a,b,c\n", ["a", "b", "c"]),
        (b'"a,1",5",""\n', ["a,1", '5"', ""]),
        (b'"a ""b""",\'c,d\n', ['a "b"', "'c", "d"]),
        (b'"a"b,"c""",\n', ["ab", 'c"', ""]),
        (b'"open,b\n', ["open,b"]),
        (b"\n", [""]),
    ],
)
def test_fields_are_told_as_readers_tell_them(line: bytes, values: list[str]) -> None:
    assert list(cells().values(unit(line)).values()) == values


def test_what_is_not_there_is_none_and_is_not_written() -> None:
    with pytest.raises(NoRoom, match=r"found no field 3 in 'a,b', expected one"):
        changed(b"a,b\n", 3, "x")
    assert cells().text(unit(b"a,b\n"), Cell(field=3)) is None
    assert cells().values(unit(b"a,b\n")) == {"a": "a", "b": "b"}
    assert cells().values(unit(b"a,b,c,d,\n")) == {"a": "a", "b": "b", "c": "c"}


def test_without_quotes_nothing_is_quoted() -> None:
    assert changed(b'a|"b|c\n', 2, '"x"', separator="|", quote=None) == b'a|"x"|c\n'
    with pytest.raises(NoRoom, match=r"found 'x\|y', expected a text without '\|': there are no quotes"):
        changed(b"a|b\n", 2, "x|y", separator="|", quote=None)


def test_a_release_character_is_put_in_and_taken_out() -> None:
    form: dict[str, Any] = {"separator": "|", "quote": None, "release": "\\"}
    assert changed(b"a\\|b|c\n", 2, "x|y\\", **form) == b"a\\|b|x\\|y\\\\\n"
    assert cells(**form).values(unit(b"a\\|b|c\\\\\n")) == {"a": "a|b", "b": "c\\"}


def test_separators_of_several_characters() -> None:
    assert changed(b"a~|~b|c~|~d\n", 2, "x", separator="~|~") == b"a~|~x~|~d\n"
    assert changed(b'"a~|~b"~|~c|d\n', 2, "x", separator="~|~") == b'"a~|~b"~|~x\n'


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("latin-1", "\t"),
        ("cp1252", "|"),
        ("utf-16", ","),
        ("utf-16-be", "|"),
        ("utf-16-le", ";"),
        ("cp037", ","),
        ("shift_jis", ","),
        ("utf-8", "¦"),
    ],
)
def test_one_value_changes_and_changes_back_in_any_encoding(encoding: str, separator: str) -> None:
    dice = random.Random(encoding + separator)
    letters = "ab  5'.-" if encoding in ("cp037", "shift_jis") else "ab éß5'.-"
    texts = ["".join(dice.choices(letters, k=dice.randrange(6))) for _ in range(30)]
    texts += [f"a{separator}b", 'say "x"', "two\r\nlines", ""]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_MINIMAL)
    rows = [["1", *dice.choices(texts, k=2)] for _ in range(60)]
    writer.writerows(rows)
    data = out.getvalue().encode(encoding)
    known = cells(separator, encoding=encoding)
    records = [one for one in units(data, known.layout) if one.is_record]
    assert [list(known.values(one).values()) for one in records] == rows
    for record in records:
        for cell in known.columns.values():
            old = known.text(record, cell)
            assert old is not None
            now = known.with_text(record, cell, "zz9")
            assert known.text(now, cell) == "zz9"
            others = [one for one in known.columns.values() if one != cell]
            assert [known.text(now, one) for one in others] == [known.text(record, one) for one in others]
            assert known.text(known.with_text(now, cell, old), cell) == old
            if '"' not in old:
                assert known.with_text(now, cell, old) == record


def test_bytes_that_the_encoding_has_not_stay_as_they_are() -> None:
    assert changed(b"\xff\xfe,b,\xc3\n", 2, "é") == b"\xff\xfe,\xc3\xa9,\xc3\n"


def test_a_character_that_the_encoding_has_not_is_refused() -> None:
    with pytest.raises(NoRoom, match="expected a text that iso8859-1 has"):
        changed(b"a,b\n", 1, "€", encoding="latin-1")


def test_a_byte_order_mark_before_the_first_value_stays() -> None:
    assert changed(b"\xef\xbb\xbfa,b\n", 1, "x", encoding="utf-8-sig") == b"\xef\xbb\xbfx,b\n"
    first = unit("\ufeffa,b\n".encode("utf-16-be"), 2)
    known = cells(encoding="utf-16")
    assert known.values(first) == {"a": "a", "b": "b"}
    assert known.with_text(first, Cell(field=2), "é").data == "\ufeffa,é\n".encode("utf-16-be")


def test_components_lie_within_a_field() -> None:
    segment = Unit(RECORD, b"QTY+12:1?:0:PCE'\n", 2)
    known = Cells(layout(UnitLayout(structure="segments", separators=("+", ":"), release="?", ends="'")))
    assert known.text(segment, Cell(field=1)) == "QTY"
    assert known.text(segment, Cell(field=2, component=2)) == "1:0"
    assert known.text(segment, Cell(field=2, component=4)) is None
    assert known.with_text(segment, Cell(field=2, component=2), "it's+1?").data == b"QTY+12:it?'s?+1??:PCE'\n"
    assert known.with_text(segment, Cell(field=2, component=3), "").data == b"QTY+12:1?:0:'\n"


def test_numbers_keep_their_form() -> None:
    for line, number, after in [
        (b"a,12.50,c\n", "7", b"a,7.00,c\n"),
        (b"a,0012.50,c\n", "-7", b"a,-007.00,c\n"),
        (b'a,"12",c\n', "7.5", b'a,"7.5",c\n'),
        (b"a,-3,c\n", "3", b"a,3,c\n"),
        (b"a,12-,c\n", "-7", b"a,7-,c\n"),
        (b"a,+12,c\n", "7", b"a,+7,c\n"),
        (b"a,  12 ,c\n", "7", b"a,   7 ,c\n"),
        (b"a,12  ,c\n", "7", b"a,7   ,c\n"),
        (b"a,.50,c\n", "0.75", b"a,.75,c\n"),
    ]:
        assert cells().with_number(unit(line), Cell(field=2), Decimal(number)).data == after
    comma = Cell(field=2, comma=True)
    assert cells(";").with_number(unit(b"a;1,50;c\n"), comma, Decimal("1234.5")).data == b"a;1234,50;c\n"
    assert cells(",").with_number(unit(b'a,"1,50",c\n'), comma, Decimal("2")).data == b'a,"2,00",c\n'


def test_thousands_stay_in_groups() -> None:
    comma, point = Cell(field=2, comma=True), Cell(field=2)
    for line, cell, number, new, after in [
        (b"a;13.373,34;c\n", comma, "13373.34", "1464623.34", b"a;1.464.623,34;c\n"),
        (b"a;13.373,34;c\n", comma, "13373.34", "-8", b"a;-8,00;c\n"),
        (b"a;1.234;c\n", comma, "1234", "12345", b"a;12.345;c\n"),
        (b'a;"-1,440,567.45";c\n', point, "-1440567.45", "205999.95", b'a;"205,999.95";c\n'),
        (b"a;1,234,567;c\n", point, "1234567", "0", b"a;0;c\n"),
        (b"a;1'234.5;c\n", point, "1234.5", "9876.5", b"a;9'876.5;c\n"),
        (b"a;12 345,60;c\n", comma, "12345.6", "1000", b"a;1 000,00;c\n"),
        (b"a;999,50;c\n", comma, "999.5", "1999.5", b"a;1999,50;c\n"),
        (b"a;1.234;c\n", point, "1.234", "1000.234", b"a;1000.234;c\n"),
    ]:
        known = cells(";")
        assert known.number(unit(line), cell) == Decimal(number)
        assert known.with_number(unit(line), cell, Decimal(new)).data == after


@pytest.mark.parametrize("text", ["1,234", "1.23,4", "12,34,567", "1,234.567,89", "0,123,456", "1,2345,678", "1'234,5"])
def test_groups_that_may_be_something_else_are_no_number(text: str) -> None:
    assert cells(";").number(unit(f"a;{text};c\n".encode()), Cell(field=2)) is None


def test_a_plus_is_written_where_the_file_shows_one() -> None:
    known, total = cells("|"), unit(b"T|-000000051.00\n")
    assert known.with_number(total, Cell(field=2), Decimal(0)).data == b"T|0000000000.00\n"
    assert known.number(unit(b"D|+000049.00\n"), Cell(field=2)) == 49
    assert known.with_number(total, Cell(field=2), Decimal(0)).data == b"T|+000000000.00\n"
    assert known.with_number(unit(b"T|51-\n"), Cell(field=2), Decimal(1)).data == b"T|1+\n"
    assert known.with_number(unit(b"T|51\n"), Cell(field=2), Decimal(1)).data == b"T|1\n"


@pytest.mark.parametrize(
    ("line", "after"), [(b"T|2214409470\n", b"T|0762176534\n"), (b"T|221440947\n", b"T|762176534\n")]
)
def test_a_hash_total_has_all_its_digits_where_it_had_them(line: bytes, after: bytes) -> None:
    assert cells("|").with_number(unit(line), Cell(field=2), Decimal(762176534), digits=10).data == after


@pytest.mark.parametrize(
    ("separator", "quote", "release"), [(",", '"', None), ("|", '"', "\\"), ("~|~", '"', None), ("+", None, "?")]
)
def test_whatever_is_written_is_read_and_nothing_else_has_changed(
    separator: str, quote: str | None, release: str | None
) -> None:
    dice, known = random.Random(separator), cells(separator, quote, release=release)
    letters = ["a", separator, '"', "\\", "?", " ", "é", ""]
    for _ in range(500):
        record = unit(f"{''.join(dice.choices(letters, k=12))}\n".encode())
        columns = [Cell(field=field) for field in range(1, 14)]
        before = [known.text(record, cell) for cell in columns]
        at, new = dice.randrange(1 + sum(text is not None for text in before[1:])), "".join(dice.choices(letters, k=4))
        after = known.with_text(record, columns[at], new)
        assert [known.text(after, cell) for cell in columns] == [*before[:at], new, *before[at + 1 :]], record


def test_places_are_found_where_readers_find_values() -> None:
    dice, known = random.Random(5), cells()
    for _ in range(500):
        line = "".join(dice.choices('a,",b ', k=dice.randrange(12))) + "x"
        record = unit(f"{line}\n".encode())
        read = next(csv.reader([line]))
        assert [known.text(record, Cell(field=field)) for field in range(1, len(read) + 2)] == [*read, None]
        for field, value in enumerate(read, start=1):
            after = known.with_text(record, Cell(field=field), "zz")
            assert next(csv.reader([after.body.decode()]))[field - 1] == "zz"
            assert known.text(known.with_text(after, Cell(field=field), value), Cell(field=field)) == value
