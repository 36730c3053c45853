"""Values and records in quotes are found as the csv module finds them."""

from __future__ import annotations

import csv
import io
import random

import pytest

from harness.formats.units.quotes import Quotes
from tests.formats.units.layouts import layout_of, read


@pytest.mark.parametrize("seed", range(4))
def test_any_text_has_the_records_and_values_that_the_csv_module_finds(seed: int) -> None:
    dice = random.Random(seed)
    quotes = Quotes(b",")
    for _ in range(2000):
        text = "".join(dice.choices('",\na"', k=dice.randrange(20))) + "\n"
        rows = list(csv.reader(io.StringIO(text, newline="")))
        lines = [unit.body for unit in read(text.encode(), layout_of(separators=(",",), quote='"'))]
        assert len(lines) == len(rows), repr(text)
        for line, row in zip(lines, [row or [""] for row in rows], strict=True):
            values = [quotes.value(line, number + 1) for number in range(len(row))]
            if None not in values:
                assert [_unquoted(value) for value in values] == row, repr(text)
                assert quotes.value(line, len(row) + 1) is None
            else:
                assert quotes.left_open(line, inside=False)


def _unquoted(value: bytes | None) -> str:
    assert value is not None
    return next(csv.reader(io.StringIO(value.decode(), newline="")), [""])[0]


def test_a_block_begins_with_the_records_that_are_whole() -> None:
    quotes = Quotes(b",")
    assert (
        quotes.records(b'a,5"\nb,"x\n"\nc,"y\n",z\n"d,\ne\n"f')
        == [b'a,5"\n', b'b,"x\n"\n', b'c,"y\n",z\n', b'"d,\ne\n"f'][:3]
    )
    assert quotes.records(b'"a') == []


def test_delimiters_quotes_and_ends_of_several_bytes() -> None:
    quotes = Quotes(b"||", quote=b"''", ends=(b"\r\n", b"\x15"))
    block = b"a|b||''x||\r\n''''y''||c\r\nd\ne\x15f||''"
    assert quotes.records(block) == [b"a|b||''x||\r\n''''y''||c\r\n", b"d\ne\x15"]
    assert quotes.value(block, 2) == b"''x||\r\n''''y''"
    assert [quotes.left_open(line, inside=False) for line in (b"a||''x||\r\n", b"a''||b\r\n")] == [True, False]
