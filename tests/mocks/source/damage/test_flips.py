"""One bit of a value is another one, in the bytes that the value is written in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from harness.contract.content import FileLayout
from harness.contract.layout import Cell, Marked, Stated, Summand, UnitLayout
from harness.formats.cells import Cells
from harness.mocks.source.damage import NothingToDamage
from tests.mocks.source.damage.samples import CONTENTS, MAINFRAME, columns, feed, kind, layout, stored, wrong_figures

ELEMENTS = layout(UnitLayout(structure="json", records=("r",), kinds=(kind("header", "header"), kind("record"),
                  kind("trailer", "trailer"))), columns("k", "qty"), form="json")  # fmt: skip
OBJECTS = layout(UnitLayout(kinds=(kind("record"),)), columns("k", "qty"), form="jsonl")
XML = layout(
    UnitLayout(structure="xml", records=("R",), kinds=(kind("header", "header"), kind("record"),
               kind("trailer", "trailer"))),
    columns("k", "qty", cells=(Cell(path=("k",)), Cell(path=("qty",)))), form="xml",
)  # fmt: skip
FIELDS = layout(UnitLayout(separators=(",",), quote='"', kinds=(kind("record"),)), columns("k", "qty"))


@pytest.mark.parametrize(
    ("laid_out", "value", "flipped"),
    [
        (ELEMENTS, '{"k": "a\tb"}', '{"k": "A\tb"}'),
        (ELEMENTS, r'{"k": "\n\u00fcber\/b"}', r'{"k": "\n\u00fcBer\/b"}'),
        (ELEMENTS, r'{"k": "\u00FCB/\u00fc"}', r'{"k": "\u00FCb/\u00fc"}'),
        (OBJECTS, '{"k" : "a\u2028\tb" }', '{"k" : "A\u2028\tb" }'),
        (XML, "<k>&amp;<![CDATA[x]]></k>", "<k>&amp;<![CDATA[X]]></k>"),
        (XML, "<k><!-- a -->b &lt;</k>", "<k><!-- a -->B &lt;</k>"),
        (XML, "<k>&#65;b'&quot;\"</k>", "<k>&#65;B'&quot;\"</k>"),
        (FIELDS, '"""a"",b",1', '"""A"",b",1'),
    ],
)
def test_a_letter_changes_where_it_is_written(laid_out: FileLayout, value: str, flipped: str, tmp_path: Path) -> None:
    assert in_one(laid_out, value, "text", tmp_path) == flipped


@pytest.mark.parametrize(
    ("laid_out", "value", "flipped"),
    [
        (ELEMENTS, '{"k": "", "qty": 1.50e2}', '{"k": "", "qty": 1.50e3}'),
        (ELEMENTS, r'{"k": "", "qty": "7\u0030"}', r'{"k": "", "qty": "6\u0030"}'),
        (XML, "<k/><qty>12&#48;</qty>", "<k/><qty>13&#48;</qty>"),
        (FIELDS, 'a,"1,000"', 'a,"1,001"'),
    ],
)
def test_so_does_a_digit(laid_out: FileLayout, value: str, flipped: str, tmp_path: Path) -> None:
    assert in_one(laid_out, value, "number", tmp_path) == flipped


@pytest.mark.parametrize("value", ['{"k": true}', '{"k": null}', '{"k": {"a": "b"}}', r'{"k": "\u0061"}', '{"k": 1e5}'])
def test_what_is_no_string_has_no_letter(value: str, tmp_path: Path) -> None:
    with pytest.raises(NothingToDamage, match="no record of the file has a text to flip a bit of"):
        in_one(ELEMENTS, value, "text", tmp_path)


def in_one(laid_out: FileLayout, value: str, where: str, folder: Path) -> str:
    """The only record of a file, after the flip."""
    if laid_out is ELEMENTS:
        before, behind = '{"r": [', "]}\n"
    elif laid_out is XML:
        before, behind = "<D><R>", "</R></D>\n"
    else:
        before, behind = "", "\n"
    data = stored(folder, f"{before}{value}{behind}".encode(), laid_out).damaged("flip", where=where)
    text = data.decode()
    assert text.startswith(before)
    assert text.endswith(behind)
    return text[len(before) : len(text) - len(behind)]


TYPED = layout(
    UnitLayout(
        separators=("|",),
        kinds=(kind("header", "header", "H|"), kind("trailer", "trailer", "T|"), kind("record", "record", "D|")),
        stated=(
            Stated(name="credits", kind="trailer", cell=Cell(field=2), sums=(Summand(cell=Cell(field=4)),),
                   only=Marked(cell=Cell(field=2), values=("CR",))),
        ),
    ),
    columns("type", "way", "sku", "amount"),
)  # fmt: skip
TEXT = b"H|x\nD|CR|ab|2.00\nD|DR|cd|3.00\nT|2.00\n"


def test_what_tells_the_kind_of_a_record_and_whose_sum_it_is_in_is_no_text(tmp_path: Path) -> None:
    file = stored(tmp_path, TEXT, TYPED)
    data = file.damaged("flip", where="text")
    assert data in (TEXT.replace(b"ab", b"Ab"), TEXT.replace(b"cd", b"Cd"))
    assert wrong_figures(data, TYPED) == []


def test_the_direction_of_an_entry_is_no_text(tmp_path: Path) -> None:
    file = feed(tmp_path, "camt053 as it is known")  # its entries have no reference, which would be one
    with pytest.raises(NothingToDamage, match="no record of the file has a text to flip a bit of"):
        file.damaged("flip", where="text")


@pytest.mark.parametrize("column", ["text", "integer"])
def test_a_key_is_no_text(column: str, tmp_path: Path) -> None:
    laid_out = layout(UnitLayout(kinds=(kind("record"),)), columns("id", id=column), form="jsonl")
    file = stored(tmp_path, b'{"id": 2, "ok": false, "n": {"a": "b"}}\n', laid_out)
    with pytest.raises(NothingToDamage, match="text"):
        file.damaged("flip", where="text")


def test_nor_is_it_in_a_file_without_columns(tmp_path: Path) -> None:
    data = stored(tmp_path, TEXT, replace(TYPED, columns=())).damaged("flip", where="text")
    assert data in (TEXT.replace(b"ab", b"Ab"), TEXT.replace(b"cd", b"Cd"))


def test_the_last_digit_of_a_packed_number_is_another(tmp_path: Path) -> None:
    packed = replace(MAINFRAME, columns=tuple(one for one in MAINFRAME.columns if one.name == "amount"))
    file = stored(tmp_path, CONTENTS["a mainframe's"][0], packed)
    [(now, was)] = [
        pair for pair in zip(file.damaged("flip", where="number"), file.content, strict=True) if pair[0] != pair[1]
    ]
    assert (now ^ was) == 0x10
    cells = Cells(packed)
    after, before = (
        [cells.number(unit, cells.columns["amount"]) for unit in file.units(data) if unit.is_record]
        for data in (file.damaged("flip", where="number"), file.content)
    )
    assert [abs(one - two) for one, two in zip(after, before, strict=True) if one != two] == [Decimal("0.01")]
