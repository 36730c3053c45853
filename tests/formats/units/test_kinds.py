"""Units find their kinds: by signs, as the first and last ones, parts with their records."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from harness.contract.layout import Kind
from harness.formats.known import KNOWN
from harness.formats.units import NotAsLaidOut, joined, kinds, split
from harness.formats.units.signs import Signs
from tests.formats.units.layouts import HEADER, RECORD, SAMPLES, TRAILER, layout_of, read, records, told

D = Kind(name="records", role="record", starts=("D",))
H = Kind(name="header", role="header", starts=("H",))
T = Kind(name="trailer", role="trailer", starts=("T",))
A = Kind(name="records", role="record", starts=("a", "|a"))
C = Kind(name="parts", role="part", starts=("C",))
FILL = Kind(name="filling", role="filling", starts=("99",))


def roles(text: str, *of: Kind, encoding: str = "utf-8", separators: tuple[str, ...] = ("|",), quote: str = "") -> str:
    """The first letter of each line's role, those of a record's parts left out."""
    layout = layout_of(encoding, separators=separators, quote=quote or None, kinds=of)
    data = text.encode(encoding)
    found = read(data, layout)
    assert b"".join(unit.data for unit in found) == data == b"".join(joined(found, layout))
    return "".join(unit.kind.role[0] for unit in found)


def test_pipe_with_a_header_and_a_trailer_by_number_or_by_sign() -> None:
    data = (SAMPLES / "pipe.txt").read_bytes()
    for of in ((HEADER, RECORD, TRAILER), (H, D, T), (HEADER, TRAILER, D)):
        assert [role for role, _ in told(data, layout_of(kinds=of))] == ["header", *["record"] * 12, "trailer"]
    assert [
        role for role, _ in told((SAMPLES / "pipe0.txt").read_bytes(), layout_of(kinds=(HEADER, RECORD, TRAILER)))
    ] == [
        "header",
        "trailer",
    ]


def test_several_headers_and_trailers() -> None:
    two_first = Kind(name="header", role="header", first=2)
    two_last = Kind(name="trailer", role="trailer", last=2)
    found = read((SAMPLES / "pipe2t.txt").read_bytes(), layout_of(kinds=(two_first, RECORD, two_last)))
    assert [unit.kind.role[0] for unit in found] == [*"hh", *"rrrrrrrrrr", *"tt"]


def test_quoted_values_with_lines_in_them_are_records() -> None:
    data = (SAMPLES / "quoted.csv").read_bytes()
    found = read(data, layout_of(separators=(",",), quote='"', kinds=(HEADER, RECORD)))
    assert [unit.kind.role[0] for unit in found] == [*"fh", *"rrrrrrrrrrrr"]
    assert found[2].data.count(b"\r\n") == 3
    assert (found[2].lines, found[2].end, found[-1].end) == (1, 2, 0)


def test_nacha_has_batches_and_a_fill_of_nines() -> None:
    units = KNOWN["nacha"].units
    assert units is not None
    found = read((SAMPLES / "nacha.ach").read_bytes(), layout_of(kinds=units.kinds))
    names = [unit.kind.name for unit in found]
    batches = [["batch opens", *["records"] * entries, "batch closes"] for entries in (6, 5)]
    assert names == ["header", *batches[0], *batches[1], "trailer", *["filling"] * 3]


def test_bai2_has_continuations_that_belong_to_what_is_before_them() -> None:
    units = KNOWN["bai2"].units
    assert units is not None
    found = read((SAMPLES / "bai2.txt").read_bytes(), layout_of(separators=(",", "/"), kinds=units.kinds))
    assert [(unit.kind.name, unit.lines) for unit in found if unit.is_record] == [
        ("records", 2 if number % 3 == 0 else 1) for number in range(8)
    ]
    assert found[3].data.count(b"\n") == 2
    assert found[3].body == b"16,165,1000,Z,,,DEPOSIT 0\n88,continued text, with a comma 0"


def test_blank_lines_are_neither_first_nor_last() -> None:
    assert roles("\n \nH\n\t\nD\nT\n\n\x1a\n  \n\n", HEADER, RECORD, TRAILER) == "ffhfrtffff"
    assert roles("H\nD\nT\n999\n999\n", HEADER, FILL, RECORD, TRAILER) == "hrtff"
    assert roles("H\nD\nT\n999\n999\n\x1a", HEADER, TRAILER, RECORD, FILL) == "hrtfff"


def test_empty_fields_between_tabs_are_no_blank_line() -> None:
    assert roles("a\tb\n\t\n \n", HEADER, RECORD, separators=("\t",)) == "hrf"


def test_kinds_are_asked_in_their_order_and_the_one_without_a_sign_at_last() -> None:
    assert roles("D\nD\nD\n", RECORD, HEADER, TRAILER) == "hrt"
    assert roles("D\nD\nX\n", D, HEADER, TRAILER) == "rrt"
    assert roles("D\n", HEADER, TRAILER, D) == "h"
    assert roles("D\n", TRAILER, HEADER, D) == "t"
    assert roles(
        "H1\nH2\nD\n", Kind(name="one", role="header", first=1), Kind(name="two", role="trailer", first=2), D
    ) == ("htr")


def test_what_is_of_no_kind_is_a_record_only_where_the_layout_does_not_say_what_records_are() -> None:
    assert roles("H\nX\nT\n", H, T) == "hrt"
    assert roles("H\nX\nD\nT\n", H, D, T) == "hhrt"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le", "cp037", "shift_jis"])
def test_a_sign_may_stand_behind_other_characters(encoding: str) -> None:
    at = Kind(name="records", role="record", starts=("D1", "E"), at=3)
    wide = "\u30bd" if encoding == "shift_jis" else "\xe9"
    assert (
        roles(f"abcD1x\n{wide}bcE\n{wide}{wide}{wide}D1\nabD1\nD1\n   \n\nabc\n", at, encoding=encoding) == "rrrhhffh"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-be", "cp037", "shift_jis"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_sign_may_be_a_whole_field(encoding: str, quote: str) -> None:
    third = Kind(name="records", role="record", starts=("D", "E"), field=3)
    first = Kind(name="trailer", role="trailer", starts=("T",), field=1)
    # The second byte of this character is that of the delimiter.
    wide = "\u30dd" if encoding == "shift_jis" else "\xe9"
    text = f"a|b|D|x\n{wide}|b|E\na|b|DD\na|D\nT|1\nTT|1\na|b|E\r\nT\r\n"
    assert roles(text, third, first, encoding=encoding, quote=quote) == "rrhhthrt"
    if quote:
        assert roles('"a|b"|b|"D"|x\n"T"|1\n"T\n"|1\n', third, first, encoding=encoding, quote=quote) == "rth"


def test_parts_belong_to_the_record_before_them_with_what_is_between() -> None:
    layout = layout_of(kinds=(H, D, C, T, FILL))
    found = read(b"C0\nH\nC1\nD1\nC2\n\nC3\n\nD2\n\n99\nT\nC4\n", layout)
    assert [(unit.kind.role, unit.data, unit.lines) for unit in found] == [
        ("header", b"C0\n", 1),
        ("header", b"H\n", 1),
        ("header", b"C1\n", 1),
        ("record", b"D1\nC2\n\nC3\n", 3),
        ("filling", b"\n", 1),
        ("record", b"D2\n", 1),
        ("filling", b"\n", 1),
        ("filling", b"99\n", 1),
        ("trailer", b"T\n", 1),
        ("header", b"C4\n", 1),
    ]
    assert found[0].kind.name == "parts"


def test_a_record_ends_as_its_last_part_does() -> None:
    (record,) = read(b"D\r\nC", layout_of(kinds=(D, C)))
    assert (record.data, record.end, record.body) == (b"D\r\nC", 0, b"D\r\nC")


def test_what_belongs_to_one_record_is_not_gathered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "LONGEST_BYTES", 100)
    with pytest.raises(NotAsLaidOut, match="byte 4: found 102 bytes that belong to one records, expected"):
        read(b"D\nD\nD\n" + b"C\n" * 200, layout_of(kinds=(D, C)))


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le", "cp037"])
def test_kinds_are_found_alike_whether_they_are_remembered_or_not(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(1)
    at = Kind(name="at", role="trailer", starts=("b", "ab"), at=1)
    field = Kind(name="field", role="header", starts=("a", ""), field=2)
    for _ in range(500):
        text = "".join(dice.choices('ab|\n \x1a\xe9"\r', weights=(4, 4, 3, 4, 1, 1, 1, 1, 1), k=dice.randrange(80)))
        layout = layout_of(
            encoding,
            separators=("|",),
            quote=dice.choice((None, '"')),
            ends=dice.choice((None, "b", "|\n")),
            kinds=tuple(dice.sample((D, A, at, field, HEADER, TRAILER, RECORD, C), k=dice.randrange(1, 6))),
        )
        remembered = told(text.encode(encoding), layout)
        monkeypatch.setattr(Signs, "_of", _forgetting(Signs._of))
        assert told(text.encode(encoding), layout) == remembered, (text, layout.units)
        monkeypatch.undo()


def _forgetting(of: Callable[..., Kind]) -> Callable[..., Kind]:
    """No key is known, and so none is remembered."""
    return lambda self, line, end, _key=(): of(self, line, end)


def test_the_last_ones_are_known_however_many_lines_a_block_has(monkeypatch: pytest.MonkeyPatch) -> None:
    three = Kind(name="trailer", role="trailer", last=3)
    for block in range(1, 20):
        monkeypatch.setattr(split, "BLOCK_BYTES", block)
        for number in range(6):
            data = b"D\n" * number + b"\n\n"
            layout = layout_of(kinds=(HEADER, RECORD, three))
            expected = ("h" + "r" * max(0, number - 4) + "t" * min(number - 1, 3) if number else "") + "ff"
            assert "".join(role[0] for role, _ in told(data, layout)) == expected
    assert records(b"D\n", layout_of(kinds=(three,))) == []
