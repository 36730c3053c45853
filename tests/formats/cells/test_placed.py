"""Values at a place: padding, code pages, packed and zoned numbers."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from harness.contract.layout import Cell, Kind, Marked, UnitLayout
from harness.formats.cells import Cells, NoRoom
from harness.formats.units import Unit
from tests.formats.cells.samples import RECORD, column, kind, layout, units

LINES = Cells(layout(UnitLayout(), form="fixed"))
PLACE = Cell(start=2, width=6)


def text_changed(line: str, text: str) -> str:
    return LINES.with_text(Unit(RECORD, f"{line}\n".encode(), 1), PLACE, text).data.decode().removesuffix("\n")


def number_changed(line: str, number: str, cell: Cell = PLACE, cells: Cells = LINES) -> str:
    record = Unit(RECORD, f"{line}\n".encode(), 1)
    return cells.with_number(record, cell, Decimal(number)).data.decode().removesuffix("\n")


@pytest.mark.parametrize(
    ("line", "text", "after"),
    [
        ("xxabc   yy", "d", "xxd     yy"),
        ("xxabc   yy", "defghi", "xxdefghiyy"),
        ("xx   abcyy", "d", "xx     dyy"),
        ("xx      yy", "d", "xxd     yy"),
        ("xxabcdefyy", "d", "xxd     yy"),
        ("xx000012yy", "7", "xx000007yy"),
        ("xx000012yy", "x", "xxx     yy"),
        ("xxMüllerß", "Ü", "xxÜ     ß"),
        ("xxabc", "de", "xxde"),
        ("xxabc", "defg", "xxdefg"),
    ],
)
def test_a_text_is_padded_as_the_old_one_was(line: str, text: str, after: str) -> None:
    assert text_changed(line, text) == after


@pytest.mark.parametrize(
    ("line", "number", "after"),
    [
        ("xx000012yy", "7", "xx000007yy"),
        ("xx000012yy", "-7", "xx-00007yy"),
        ("xx-00012yy", "7", "xx000007yy"),
        ("xx+00012yy", "7", "xx+00007yy"),
        ("xx    12yy", "123", "xx   123yy"),
        ("xx12    yy", "123", "xx123   yy"),
        ("xx123456yy", "7", "xx000007yy"),
        ("xx  1.50yy", "12.5", "xx 12.50yy"),
        ("xx001.50yy", "12.125", "xx12.125yy"),
        ("xx   12-yy", "7", "xx    7 yy"),
        ("xx00012-yy", "-7", "xx00007-yy"),
        ("xx00012Dyy", "7", "xx00000Gyy"),
        ("xx00012Dyy", "-10", "xx00001}yy"),
        ("xx00001}yy", "0", "xx00000{yy"),
    ],
)
def test_a_number_keeps_its_zeros_blanks_and_sign(line: str, number: str, after: str) -> None:
    cells = Cells(layout(UnitLayout(), form="fixed"))
    assert number_changed(line, number, cells=cells) == after
    assert cells.number(Unit(RECORD, f"{after}\n".encode(), 1), PLACE) == Decimal(number)


def test_how_a_place_is_filled_up_is_remembered() -> None:
    cells = Cells(layout(UnitLayout(), form="fixed"))
    assert number_changed("xx    12yy", "7", cells=cells) == "xx     7yy"
    assert number_changed("xx123456yy", "7", cells=cells) == "xx     7yy"


def test_a_point_that_is_not_written() -> None:
    cents = Cell(start=2, width=6, decimals=2)
    record = Unit(RECORD, b"xx001250yy\n", 1)
    assert LINES.number(record, cents) == Decimal("12.50")
    assert number_changed("xx001250yy", "7", cents) == "xx000700yy"
    assert number_changed("xx  1250yy", "-7.01", cents) == "xx  -701yy"
    assert number_changed("xx 12.50yy", "7", cents) == "xx  7.00yy"
    with pytest.raises(NoRoom, match=r"found 7\.001, expected at most 2 decimals"):
        number_changed("xx001250yy", "7.001", cents)


def test_a_sign_that_stands_elsewhere() -> None:
    cells = Cells(layout(UnitLayout(), form="fixed"))
    amount = Cell(start=1, width=4, decimals=2, negative=Marked(cell=Cell(start=0, width=1), values=("D",)))
    debit, credit = (Unit(RECORD, data, 1) for data in (b"D0150\n", b"C0150\n"))
    assert cells.number(debit, amount) == Decimal("-1.50")
    assert cells.with_number(debit, amount, Decimal("-2")).data == b"D0200\n"
    with pytest.raises(NoRoom, match="expected one to see how its sign is written"):
        cells.with_number(debit, amount, Decimal(2))
    assert cells.number(credit, amount) == Decimal("1.50")
    assert cells.with_number(debit, amount, Decimal(2)).data == b"C0200\n"
    assert cells.with_number(credit, amount, Decimal("-2")).data == b"D0200\n"


def test_what_does_not_fit_and_what_is_no_number_is_refused() -> None:
    with pytest.raises(NoRoom, match="found 'abcdefg', 7 wide, expected at most 6"):
        text_changed("xxabc   yy", "abcdefg")
    with pytest.raises(NoRoom, match="found '1000000', 7 wide, expected at most 6"):
        number_changed("xx000012yy", "1000000")
    with pytest.raises(NoRoom, match="found 'abc', expected a number"):
        number_changed("xxabc   yy", "1")
    with pytest.raises(NoRoom, match="expected a text without line ends"):
        text_changed("xxabc   yy", "a\nb")
    with pytest.raises(NoRoom, match="found no character 2 in 'xx', expected one"):
        text_changed("xx", "a")


@pytest.mark.parametrize("no_number", ["1,234", "1.234,5", "1 2", "", "-", "--1", "-1-", "0x1", "٣", "NaN"])
def test_no_number_is_told_as_one(no_number: str) -> None:
    assert LINES.number(Unit(RECORD, f"xx{no_number}".encode()), Cell(start=2)) is None


MAINFRAME = layout(
    UnitLayout(structure="length", length=20, kinds=(Kind(name="record", role="record"),)),
    (
        column("name", Cell(start=0, width=8)),
        column("zoned", Cell(start=8, width=5, decimals=2)),
        column("packed", Cell(start=13, width=4, decimals=2, packed=True)),
        column("code", Cell(start=17, width=3)),
    ),
    encoding="cp273",
    form="fixed",
)


def test_a_file_of_a_mainframe_changes_where_it_is_changed_alone() -> None:
    dice, cells = random.Random(3), Cells(MAINFRAME)
    data = b""
    for _ in range(200):
        zoned = bytearray(f"{dice.randrange(10**5):05}".encode("cp273"))
        zoned[-1] = dice.choice((0xC0, 0xD0, 0xF0)) | zoned[-1] & 15
        packed = bytes.fromhex(f"{dice.randrange(10**7):07}" + dice.choice("CDF"))
        name = ("Ä" + "".join(dice.choices("abÄß 1", k=dice.randrange(8)))).ljust(8)
        data += name.encode("cp273") + zoned + packed + "x{}".encode("cp273")
    found = units(data, MAINFRAME)
    assert len(found) == 200
    for unit in found:
        for name in ("zoned", "packed"):
            cell = cells.columns[name]
            start, end = cell.start or 0, (cell.start or 0) + (cell.width or 0)
            number = cells.number(unit, cell)
            assert number is not None
            other = (number + 1) % 999 * (1 if number > 0 else -1)
            now = cells.with_number(unit, cell, other)
            assert cells.number(now, cell) == other
            assert now.data[:start] + now.data[end:] == unit.data[:start] + unit.data[end:]
            assert cells.with_number(now, cell, number) == unit or not other * number
        named = cells.with_text(unit, cells.columns["name"], "Öl")
        assert named.data == "Öl      ".encode("cp273") + unit.data[8:]


def test_packed_numbers_keep_their_sign_half_byte() -> None:
    cells = Cells(MAINFRAME)
    cell = cells.columns["packed"]
    start = bytes(13)
    for before, number, after in [
        ("0012345F", "7", "0000700F"),
        ("0012345C", "-7", "0000700D"),
        ("0012345D", "7", "0000700C"),
        ("0012345D", "-0.01", "0000001D"),
    ]:
        unit = Unit(RECORD, start + bytes.fromhex(before) + b"\xa7\xa8\xa9")
        assert cells.with_number(unit, cell, Decimal(number)).data == start + bytes.fromhex(after) + b"\xa7\xa8\xa9"
    unit = Unit(RECORD, start + bytes.fromhex("0012345F") + b"\xa7\xa8\xa9")
    assert cells.text(unit, cell) == "123.45"
    assert cells.with_text(unit, cell, "-1.5").data[13:17].hex() == "0000150d"
    assert cells.number(Unit(RECORD, start + b"\x40\x40\x40\x40"), cell) is None
    assert cells.number(Unit(RECORD, start + b"\x00\x0c"), cell) is None
    for text, why in [
        ("x", "found 'x' for a packed number"),
        ("100000", "expected at most 7 digits"),
        ("0.001", "2 d"),
    ]:
        with pytest.raises(NoRoom, match=why):
            cells.with_text(unit, cell, text)


def test_bytes_count_where_units_are_pieces_of_bytes() -> None:
    made = layout(UnitLayout(structure="length", length=8), encoding="utf-8", form="fixed")
    unit = Unit(RECORD, "äö  abcd".encode()[:8])
    assert Cells(made).with_text(unit, Cell(start=0, width=4), "ü").data == "ü  ".encode() + unit.data[4:]
    with pytest.raises(NoRoom, match="found 'üüü', 6 wide, expected at most 4"):
        Cells(made).with_text(unit, Cell(start=0, width=4), "üüü")


@pytest.mark.parametrize("seed", range(5))
def test_any_number_of_any_form_changes_and_changes_back(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(400):
        point, decimals = dice.choice([("", 0), (".", 0), (",", 0), ("", 2)])
        cell = Cell(start=1, width=12, decimals=decimals, comma=point == ",")
        digits = str(dice.randrange(1, 10 ** dice.randrange(1, 6))) + (
            f"{point}{dice.randrange(100):02}" if point else ""
        )
        sign = dice.choice(["", "-", "+"])
        text = {
            "zeros": sign + digits.rjust(11, "0"),
            "left": (sign + digits).rjust(12),
            "right": (sign + digits).ljust(12),
            "behind": (digits + sign).rjust(12),
        }[dice.choice(["zeros", "left", "right", "behind"])].ljust(12)
        unit = Unit(RECORD, f"x{text}y\n".encode(), 1)
        number = LINES.number(unit, cell)
        assert number is not None
        step = Decimal(dice.randrange(1, 10)).scaleb(-decimals) * (-1 if number < 0 else 1)
        now = LINES.with_number(unit, cell, number + step)
        assert LINES.number(now, cell) == number + step
        assert (len(now.data), now.data[:1], now.data[-2:]) == (len(unit.data), b"x", b"y\n")
        assert LINES.with_number(now, cell, number) == unit


@pytest.mark.parametrize(
    ("encoding", "ends", "end"),
    [
        ("cp037", None, "\x85"),
        ("cp037", None, "\n"),
        ("utf-8", None, "\r\n"),
        ("utf-8", "\r\n", "\r\n"),
        ("utf-16-le", "\r", "\r"),
    ],
)
def test_a_records_cells_are_in_its_own_line(encoding: str, ends: str | None, end: str) -> None:
    kinds = (kind("part", "part", "P"), RECORD)
    made = layout(UnitLayout(kinds=kinds, ends=ends), encoding=encoding, form="fixed")
    whole = f"Rab\tc  {end}P1\tx{end}P2\ty{end}".encode(encoding)
    record, last = units(whole + f"R{end}".encode(encoding), made)
    cells = Cells(made)
    assert (record.lines, last.lines) == (3, 1)
    assert cells.text(record, Cell(start=1)) == "ab\tc"
    parts = list(cells.parts(record))
    assert [part.kind.name for part in parts] == ["record", "part", "part"]
    assert [cells.text(part, Cell(start=1)) for part in parts] == ["ab\tc", "1\tx", "2\ty"]
    assert b"".join(part.data for part in parts) == record.data
    changed = cells.with_text(record, Cell(start=1, width=6), "z")
    assert changed.data.decode(encoding) == f"Rz     {end}P1\tx{end}P2\ty{end}"
