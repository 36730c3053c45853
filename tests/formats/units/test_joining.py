"""Units become a file again, with ends and commas wherever they are needed now."""

from __future__ import annotations

import random

import pytest

from harness.contract.content import FileLayout
from harness.contract.layout import Kind
from harness.formats.units import Unit, joined
from tests.formats.units.layouts import HEADER, RECORD, TRAILER, layout_of, read

MADE = (HEADER, RECORD, TRAILER)


def put(units: list[Unit], layout: FileLayout) -> bytes:
    return b"".join(joined(units, layout))


@pytest.mark.parametrize(
    ("data", "end"),
    [(b"H\r\nD1\r\nT", b"\r\n"), (b"H\nD1\r\nD2\nT", b"\n"), ("H\u0085D1\u0085T".encode(), "\u0085".encode())],
)
def test_a_line_without_an_end_gets_the_usual_one_when_another_follows(data: bytes, end: bytes) -> None:
    layout = layout_of(ends="\u0085" if b"\xc2" in data else None, kinds=MADE)
    found = read(data, layout)
    assert put([*found, found[-1]], layout) == data + end + b"T"
    assert put([found[-1], *found[:-1]], layout).startswith(b"T" + found[0].data[-len(found[0].data) + 1 :])
    assert put(found[:-1], layout) == data[:-1]


@pytest.mark.parametrize(
    ("layout", "end"),
    [
        (layout_of(), "\n"),
        (layout_of(line_end="\r\n"), "\r\n"),
        (layout_of(line_end=None), "\n"),
        (layout_of("utf-16-be", line_end=None, ends="\r"), "\r"),
    ],
)
def test_where_no_line_has_an_end_it_is_the_one_that_the_layout_says(layout: FileLayout, end: str) -> None:
    encoding = layout.encoding or ""
    (only,) = read("D".encode(encoding), layout)
    assert put([only, only, only], layout).decode(encoding) == f"D{end}D{end}D"


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_says_how_an_end_is_written(order: str) -> None:
    layout = layout_of("utf-16")
    mark, only = read("\ufeffD".encode(order), layout)
    assert put([mark, only, only], layout) == "\ufeffD\nD".encode(order)


def test_nothing_is_put_before_control_z() -> None:
    layout = layout_of(kinds=MADE)
    found = read(b"H\nD\nT\x1a", layout)
    assert put(found, layout) == b"H\nD\nT\x1a"
    assert put([*found[:3], *found[2:]], layout) == b"H\nD\nT\nT\x1a"


def test_whatever_lines_are_left_out_or_doubled_are_lines_of_their_own() -> None:
    dice = random.Random(3)
    layout = layout_of(kinds=MADE)
    for _ in range(500):
        lines = [bytes(dice.choices(b"ab", k=dice.randrange(1, 4))) for _ in range(dice.randrange(1, 8))]
        found = read(b"\n".join(lines) + dice.choice((b"", b"\n")), layout)
        some = dice.choices(range(len(found)), k=dice.randrange(12))
        assert put([found[at] for at in some], layout).splitlines() == [lines[at] for at in some]


def element(data: bytes, end: bytes = b"") -> Unit:
    return Unit(Kind(name="records", role="record"), data + end, len(end))


HEAD = Unit(Kind(name="header", role="header"), b"[\n ")
TAIL = Unit(Kind(name="trailer", role="trailer"), b"\n]")


def test_between_two_elements_of_an_array_stands_a_comma_and_behind_the_last_none() -> None:
    layout = layout_of(structure="json")
    one, two, last = element(b"{1}", b",\n "), element(b"{2}", b" , "), element(b"{3}")
    assert put([HEAD, one, two, last, TAIL], layout) == b"[\n {1},\n {2} , {3}\n]"
    assert put([HEAD, one, TAIL], layout) == b"[\n {1}\n]"
    assert put([HEAD, one, two], layout) == b"[\n {1},\n {2}"
    assert put([HEAD, one, last, last, TAIL], layout) == b"[\n {1},\n {3},\n {3}\n]"
    assert put([HEAD, last, one, TAIL], layout) == b"[\n {3},\n {1}\n]"
    assert put([HEAD, TAIL], layout) == b"[\n \n]"
