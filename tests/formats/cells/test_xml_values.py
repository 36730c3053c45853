"""Values in XML: only their own text changes, in records and in what stands around them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from harness.contract.layout import Cell, Marked, UnitLayout
from harness.formats.cells import Cells, NoRoom
from harness.formats.units import Unit
from tests.formats.cells.samples import RECORD, kind, layout, units

MADE = layout(
    UnitLayout(
        structure="xml",
        records=("r",),
        groups=("g",),
        kinds=(
            kind("header", "header"),
            kind("opens", "header", opens="g"),
            RECORD,
            kind("closes", "trailer", closes="g"),
            kind("trailer", "trailer"),
        ),
    ),
    form="xml",
)
CELLS = Cells(MADE)


def changed(text: str, path: str, new: str) -> str:
    return CELLS.with_text(Unit(RECORD, text.encode()), Cell(path=tuple(path.split("/"))), new).data.decode()


def told(text: str, path: str) -> str | None:
    return CELLS.text(Unit(RECORD, text.encode()), Cell(path=tuple(path.split("/"))))


@pytest.mark.parametrize(
    ("text", "path", "new", "after"),
    [
        ("<r><a>1</a><b>2</b></r>\n", "b", "x", "<r><a>1</a><b>x</b></r>\n"),
        ("<r><a>1</a><b><a>2</a></b></r>", "b/a", "x", "<r><a>1</a><b><a>x</a></b></r>"),
        ("<p:r xmlns:p='u'><p:a>1</p:a></p:r>", "a", "x", "<p:r xmlns:p='u'><p:a>x</p:a></p:r>"),
        ("<r><a c=\"EUR\" d='2'>1</a></r>", "a/@c", 'A"&', "<r><a c=\"A&quot;&amp;\" d='2'>1</a></r>"),
        ("<r><a c=\"EUR\" d='2'>1</a></r>", "a/@d", "it's", "<r><a c=\"EUR\" d='it&apos;s'>1</a></r>"),
        ('<r id="7"><a/></r>', "@id", "8", '<r id="8"><a/></r>'),
        ("<r><a>1</a><a>2</a></r>", "a", "x", "<r><a>x</a><a>2</a></r>"),
        ("<r><a>a &amp; b &#233;</a></r>", "a", "<c>", "<r><a>&lt;c&gt;</a></r>"),
        ("<r><a>\n  1\n </a></r>", "a", "2", "<r><a>\n  2\n </a></r>"),
        ("<r><a><![CDATA[a<b]]></a></r>", "a", "c&d", "<r><a><![CDATA[c&d]]></a></r>"),
        ("<r><!-- <a>0</a> --><a>1</a></r>", "a", "2", "<r><!-- <a>0</a> --><a>2</a></r>"),
        ("<r><a/><b/></r>", "b", "x", "<r><a/><b>x</b></r>"),
        ("<r><a k='1' /></r>", "a", "x", "<r><a k='1' >x</a></r>"),
        ("<r><a></a></r>", "a", "x", "<r><a>x</a></r>"),
        ("<r><a q='/>'>1</a></r>", "a", "x", "<r><a q='/>'>x</a></r>"),
    ],
)
def test_a_value_changes_alone(text: str, path: str, new: str, after: str) -> None:
    assert changed(text, path, new) == after
    assert told(after, path) == new


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("<r><a>a &amp; b &#233;&#xE9;&lt;</a></r>", "a", "a & b éé<"),
        ("<r><a>1<b/></a></r>", "a", None),
        ("<r><a>1</a></r>", "b", None),
        ("<r><a>1</a></r>", "r/a", None),
        ("<r><a>&amp;lt;</a></r>", "a", "&lt;"),
        ("<r><a/></r>", "a", ""),
    ],
)
def test_a_value_is_told(text: str, path: str, value: str | None) -> None:
    assert told(text, path) == value


def test_records_of_the_same_markup_have_their_own_values() -> None:
    for text in ("<r><a/><b k='1'></b><c>1</c></r>", "<r>\n<a/><b k='1'>2</b><c>&lt;</c></r>", "<r><a/><b k='1'></b>"):
        assert [told(text, path) for path in ("a", "b", "b/@k")] == ["", "2" if ">2<" in text else "", "1"]
        assert changed(text, "b", "x") == text.replace("2</b>", "</b>").replace("</b>", "x</b>")
        assert changed(text, "a", "x") == text.replace("<a/>", "<a>x</a>")


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(NoRoom, match="found no value at b/@c in '<r><b>1</b></r>', expected one"):
        changed("<r><b>1</b></r>", "b/@c", "x")


DOCUMENT = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE d>
<d v="1">
 <n>2</n>
 <g><n>1</n><r><n>7</n></r><t>é</t></g>
 <g><n>1</n><r><n>8</n></r><t>2</t></g>
 <t><n>15</n></t><n>3</n>
</d>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1"])
def test_what_stands_around_records_has_its_path_from_the_root(encoding: str) -> None:
    made = layout(MADE.units or UnitLayout(), encoding=encoding, form="xml")
    found = units(DOCUMENT.format(encoding=encoding.removesuffix("-sig")).encode(encoding), made)
    cells = Cells(made)

    def at(path: str) -> list[str]:
        texts = (cells.text(unit, Cell(path=tuple(path.split("/")))) for unit in found if not unit.is_record)
        return [text for text in texts if text is not None]

    assert at("d/@v") == ["1"]
    assert at("d/n") == ["2", "3"]
    assert at("d/g/n") == ["1", "1"]
    assert at("d/g/t") == ["é", "2"]
    assert at("d/t/n") == ["15"]
    trailer = found[-1]
    now = cells.with_number(trailer, Cell(path=("d", "t", "n")), Decimal(9))
    assert now.data == trailer.data.replace(b"15", b"9")


def test_a_sign_that_an_element_says() -> None:
    amount = Cell(path=("a",), negative=Marked(cell=Cell(path=("s",)), values=("DBIT",)))
    debit, credit = (Unit(RECORD, f"<r><a>1.50</a><s>{sign}</s></r>".encode()) for sign in ("DBIT", "CRDT"))
    assert [CELLS.number(unit, amount) for unit in (debit, credit)] == [Decimal("-1.50"), Decimal("1.50")]
    assert CELLS.with_number(credit, amount, Decimal("-2")).data == b"<r><a>2.00</a><s>DBIT</s></r>"
