"""Lines are found in every encoding and with every end, and are the file, byte for byte."""

from __future__ import annotations

import io
import itertools
import random
import tracemalloc
from dataclasses import replace
from typing import IO, cast

import pytest

from harness.formats.counting import count
from harness.formats.units import NotAsLaidOut, joined, split, units
from tests.formats.units.layouts import HEADER, RECORD, TRAILER, layout_of, read, records, told, trickling

ENCODINGS = ("utf-8", "latin-1", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le", "cp037", "cp500", "shift_jis")


@pytest.mark.parametrize(
    ("encoding", "end"),
    [
        (encoding, end)
        for encoding in ENCODINGS
        for end in (None, "\n", "\r\n", "\r", "\x85", "|~|", "#")
        if end != "\x85" or encoding not in ("cp1252", "shift_jis")
    ],
)
def test_lines_end_as_the_layout_says_in_any_encoding(encoding: str, end: str | None) -> None:
    lines = ["H|1", "D|one", "", "D|two two", "T|2"]
    data = "".join(line + (end or "\n") for line in lines).encode(encoding)
    layout = layout_of(encoding, ends=end, kinds=(HEADER, RECORD, TRAILER))

    found = read(data, layout)

    assert [unit.body.decode(encoding) for unit in found] == lines
    assert [unit.kind.role for unit in found] == ["header", "record", "filling", "record", "trailer"]
    assert {unit.end for unit in found} == {len((end or "\n").encode(encoding))}
    assert b"".join(joined(found, layout)) == data


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_mixed_line_ends_stay_where_the_layout_says_none(encoding: str) -> None:
    data = "a\r\nb\nc\r\nlast".encode(encoding)
    found = read(data, layout_of(encoding))
    assert [unit.body.decode(encoding) for unit in found] == ["a", "b", "c", "last"]
    ends = [unit.data[len(unit.body) :].decode(encoding) for unit in found]
    assert ends == ["\r\n", "\n", "\r\n", ""]


def test_an_end_that_is_said_is_the_only_one() -> None:
    assert records(b"a\nb\r\nc\r\n", layout_of(ends="\r\n")) == [b"a\nb", b"c"]
    assert records(b"a\r\nb\rc\n", layout_of(ends="\n")) == [b"a\r", b"b\rc"]


@pytest.mark.parametrize("end", ["\n", "\x85", "\r\n", "\r\x85"])
def test_a_mainframe_ends_its_lines_with_a_line_feed_or_with_nel(end: str) -> None:
    data = f"H1{end}D\xe9{end}T".encode("cp037")
    found = read(data, layout_of("cp037", kinds=(HEADER, RECORD, TRAILER)))
    assert [unit.body.decode("cp037") for unit in found] == ["H1", "D\xe9", "T"]
    assert [unit.end for unit in found] == [len(end), len(end), 0]


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_bytes_that_only_look_like_a_line_end_end_no_line(order: str) -> None:
    # U+0A00 and U+000A beside each other have the bytes of a line feed at odd places too.
    text = "a\u0a0a\u0a00\n\u0a0a\n\u0d0a\u0a00b\r\n"
    data = text.encode(order)
    assert [unit.data.decode(order) for unit in read(data, layout_of(order))] == text.splitlines(keepends=True)


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_without_a_mark_the_first_character_tells_the_order(order: str) -> None:
    layout = layout_of(order[:6], kinds=(HEADER, RECORD))
    assert told("H\nD\nD".encode(order), layout) == [
        ("header", "H\n".encode(order)),
        ("record", "D\n".encode(order)),
        ("record", "D".encode(order)),
    ]


@pytest.mark.parametrize(("encoding", "char"), [("shift_jis", "\u30dd"), ("gbk", "\u4e85"), ("big5", "\u30e4")])
def test_a_second_byte_that_looks_like_a_delimiter_is_none(encoding: str, char: str) -> None:
    assert b"|" in char.encode(encoding)
    text = f'{char}"|1\n"{char}\n"|2\n|"a""\n{char}"\n3\n'
    found = records(text.encode(encoding), layout_of(encoding, separators=("|",), quote='"'))
    assert [body.decode(encoding) for body in found] == [f'{char}"|1', f'"{char}\n"|2', f'|"a""\n{char}"', "3"]


def test_what_is_left_of_half_a_character_is_in_the_last_line() -> None:
    data = "a\nb\n".encode("utf-16-le")
    for cut in range(len(data)):
        found = read(data[:cut], layout_of("utf-16-le"))
        assert b"".join(unit.data for unit in found) == data[:cut]
        assert all(unit.end == 2 for unit in found[:-1])


@pytest.mark.parametrize(
    ("encoding", "mark", "order"),
    [
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-8-sig", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16", b"\xff\xfe", "utf-16-le"),
        ("utf-16", b"\xfe\xff", "utf-16-be"),
        ("UTF_16LE", b"\xff\xfe", "utf-16-le"),
        ("utf-32", b"\x00\x00\xfe\xff", "utf-32-be"),
    ],
)
def test_a_byte_order_mark_stays_at_the_beginning_whatever_becomes_of_the_lines(
    encoding: str, mark: bytes, order: str
) -> None:
    data = mark + "h\na\nb\n".encode(order)
    layout = layout_of(encoding, kinds=(HEADER, RECORD))
    found = read(data, layout)
    assert [(unit.kind.role, unit.body, unit.lines) for unit in found] == [
        ("filling", mark, 0),
        ("header", "h".encode(order), 1),
        ("record", "a".encode(order), 1),
        ("record", "b".encode(order), 1),
    ]
    assert b"".join(joined(found, layout)) == data
    without = (unit for unit in found if unit.kind.role == "filling" or unit.body == "b".encode(order))
    assert b"".join(joined(without, layout)) == mark + "b\n".encode(order)


def test_three_bytes_are_no_mark_where_the_encoding_has_none() -> None:
    assert records(b"\xef\xbb\xbfa\n", layout_of("latin-1")) == [b"\xef\xbb\xbfa"]


def test_files_without_lines() -> None:
    assert read(b"", layout_of(kinds=(HEADER, RECORD, TRAILER))) == []
    assert told(b"\xef\xbb\xbf", layout_of()) == [("filling", b"\xef\xbb\xbf")]
    assert told(b"\n", layout_of()) == [("filling", b"\n")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp037"])
def test_control_z_at_the_end_is_no_line_and_belongs_to_none(encoding: str) -> None:
    z = "\x1a".encode(encoding)
    layout = layout_of(encoding, kinds=(RECORD, TRAILER))
    for ending, line_end in (("\n", "\n"), ("", "")):
        found = read(f"D\nT{ending}".encode(encoding) + z * 3, layout)
        assert [unit.kind.role for unit in found] == ["record", "trailer", "filling"]
        assert found[1].body == "T".encode(encoding)
        assert found[1].end == len(line_end.encode(encoding))
        assert (found[2].data, found[2].end, found[2].lines) == (z * 3, 0, 0)
    assert [unit.kind.role for unit in read("D\nT\n\x1a\n \n\n".encode(encoding), layout)][1:] == [
        "trailer",
        "filling",
        "filling",
        "filling",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp037"])
def test_line_ends_and_delimiters_in_quotes_end_nothing(encoding: str) -> None:
    text = 'sep=;\r\nid;note\r\n1;"a;\r\n""b"" "\r\n2;5" pipe\n3;"x"y"\n4;"open\n'
    layout = layout_of(encoding, separators=(";",), quote='"', kinds=(HEADER, RECORD))
    data = text.encode(encoding)
    plain = "utf-16-le" if encoding == "utf-16" else encoding
    assert [body.decode(plain) for body in records(data, layout)] == [
        "id;note",
        '1;"a;\r\n""b"" "',
        '2;5" pipe',
        '3;"x"y"',
        '4;"open',
    ]


def test_what_tells_a_spreadsheet_the_delimiter_is_a_header() -> None:
    layout = layout_of(separators=(";",), quote='"', kinds=(RECORD,))
    assert told(b"sep=;\n1;2\nsep=;\n", layout)[:2] == [("header", b"sep=;\n"), ("record", b"1;2\n")]
    assert told(b"sep=;\n1;2\nsep=;\n", layout)[2] == ("record", b"sep=;\n")
    two = layout_of(separators=(";",), kinds=(replace(HEADER, first=2), RECORD))
    assert [role for role, _ in told(b"sep=;\na;b\n1;2\n", two)] == ["header", "header", "record"]


def test_a_release_character_makes_text_of_what_is_behind_it() -> None:
    layout = layout_of(separators=("|",), quote='"', release="\\")
    assert records(b'a\\\nb|"x\\"\ny"\nc|\\"\nd\n', layout) == [b'a\\\nb|"x\\"\ny"', b'c|\\"', b"d"]


def test_marks_that_cannot_be_in_a_file_are_refused() -> None:
    for encoding, mark in (("iso8859-1", "\u2192"), ("utf-16", "\u2192")):
        expected = rf"byte 0: found .*{mark}.* in the encoding {encoding}.*, expected "
        with pytest.raises(NotAsLaidOut, match=expected):
            read("a\n".encode(encoding), layout_of(encoding, separators=(mark,), quote='"'))
    assert len(read("a\u2192b\nc".encode("utf-16"), layout_of("utf-16", separators=("\u2192",)))) == 3


def random_text(dice: random.Random) -> str:
    return "".join(
        dice.choices('",\na\r\x1a \xe9\u0a0a"', weights=(4, 4, 4, 6, 1, 1, 1, 1, 1, 3), k=dice.randrange(60))
    )


def slowly(text: str, *, delimiter: str, quote: str | None) -> list[str]:
    """The lines of a text, told a character at a time."""
    lines, line, state = [], "", "begins"
    for char in text:
        line += char
        if state == "quoted":
            state = "closing" if char == quote else state
        elif state == "closing" and char == quote:
            state = "quoted"
        elif state == "begins" and char == quote:
            # Quotes that nothing closes are one value up to the end.
            state = "quoted"
        elif char == "\n":
            lines.append(line)
            line, state = "", "begins"
        else:
            state = "begins" if char == delimiter else "text"
    return [*lines, line] if line else lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-be"])
@pytest.mark.parametrize("quote", [None, '"'])
@pytest.mark.parametrize("block", [1, 3, 7, 1 << 18])
def test_any_file_is_the_lines_that_are_told_a_character_at_a_time(
    encoding: str, quote: str | None, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(split, "BLOCK_BYTES", block)
    dice = random.Random(f"{encoding} {quote} {block}")
    layout = layout_of(encoding, separators=(",",), quote=quote)
    for _ in range(400):
        text = random_text(dice)
        found = read(text.encode(encoding), layout)
        lines = [unit.data.decode(encoding) for unit in found if unit.lines]
        behind = "".join(unit.data.decode(encoding) for unit in found if not unit.lines)
        expected = slowly(text, delimiter=",", quote=quote)
        if behind:
            expected[-1:] = [one for one in [expected[-1].removesuffix(behind)] if one]
        assert lines == expected, repr(text)
        assert b"".join(joined(found, layout)) == text.encode(encoding)


@pytest.mark.parametrize("ends", [None, "\r\n", "\r", "||"])
def test_any_bytes_are_lines_however_they_are_read(ends: str | None) -> None:
    dice = random.Random(str(ends))
    layout = layout_of(ends=ends, separators=(",",), quote='"', kinds=(HEADER, RECORD, TRAILER))
    for _ in range(500):
        data = bytes(dice.choices(b'",\r\n|a\xff\x00\x1a', k=dice.randrange(80)))
        sizes = (dice.randrange(1, 9) for _ in itertools.count())
        found = read(data, layout)
        assert list(units(trickling(data, sizes), layout)) == found
        assert b"".join(joined(found, layout)) == data


@pytest.mark.parametrize("delimiter", [None, ",", ";"])
def test_a_file_has_as_many_lines_as_are_counted(delimiter: str | None) -> None:
    dice = random.Random(delimiter)
    layout = layout_of(separators=(delimiter or ",",), quote='"' if delimiter else None)
    for _ in range(1000):
        data = "".join(dice.choices('",;\n\r a', weights=(4, 3, 3, 4, 1, 2, 4), k=dice.randrange(40))).encode()
        assert sum(unit.is_record for unit in read(data, layout)) == count(io.BytesIO(data), delimiter).records, data


class Endless(io.RawIOBase):
    """A file that goes on and on."""

    def __init__(self, start: bytes) -> None:
        self._start = start

    def read(self, size: int = -1, /) -> bytes:
        data = (self._start + b"a" * size)[:size]
        self._start = b""
        return data


@pytest.mark.parametrize("start", [b"a\n", b'a\n"\n'])
def test_a_line_that_does_not_end_is_not_read_on_and_on(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "LONGEST_BYTES", 1 << 22)
    layout = layout_of(separators=(",",), quote='"', kinds=(HEADER, RECORD, TRAILER))
    tracemalloc.start()
    try:
        with pytest.raises(NotAsLaidOut, match=r"byte 2: found no line end in \d+ bytes, expected one, or a quote"):
            for _ in units(cast(IO[bytes], Endless(start)), layout):
                pass
        assert tracemalloc.get_traced_memory()[1] < 3 * split.LONGEST_BYTES
    finally:
        tracemalloc.stop()


def test_a_file_is_never_in_memory_as_a_whole() -> None:
    data = io.BytesIO(b"H\n" + b"D,some,values\n" * 300_000 + b"T\n")
    layout = layout_of(separators=(",",), quote='"', kinds=(HEADER, RECORD, TRAILER))
    tracemalloc.start()
    try:
        assert sum(unit.is_record for unit in itertools.islice(units(data, layout), 30_000)) == 29_999
        assert tracemalloc.get_traced_memory()[1] < 32 * split.BLOCK_BYTES
    finally:
        tracemalloc.stop()
