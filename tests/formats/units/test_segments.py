"""Files of segments as their units: EDIFACT, X12, and others that end their records with a character."""

from __future__ import annotations

import io
import random
from dataclasses import replace

import pytest

from harness.contract.content import FileLayout, PlacedColumn
from harness.contract.layout import Cell, Kind, UnitLayout
from harness.formats import units as units_of
from harness.formats.known import KNOWN
from harness.formats.units import NotAsLaidOut, Unit, as_found
from tests.formats.units.documents import SAMPLES, Repeated, laid_out, read, told

EDIFACT = KNOWN["edifact"].units
X12 = KNOWN["x12"].units

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261123*0130*^*00501*000000001*0*P*:~"


def names(found: list[Unit]) -> list[str]:
    return [unit.kind.name for unit in found]


def test_a_line_item_is_a_record_with_the_segments_that_follow() -> None:
    found = read((SAMPLES / "edifact.edi").read_bytes(), EDIFACT)
    assert names(found) == [
        *("service string advice", "interchange opens", "message opens", "parts", "parts"),
        *["records"] * 10,
        *("line item count", "message closes", "interchange closes"),
    ]
    assert found[5].data == b"LIN+1++4000000000000:SRV'IMD+F++:::O?'Brien item 0'QTY+12:10.5:PCE'"
    assert (found[5].end, found[5].lines, found[5].kind.role) == (1, 3, "record")
    assert found[3].kind.role == "header"


def test_a_service_string_advice_is_a_unit_of_no_segment() -> None:
    first = read(b"UNA:+.? '\r\nUNB+1'", EDIFACT)[0]
    assert (first.data, first.end, first.lines, first.kind.role) == (b"UNA:+.? '\r\n", 2, 0, "header")


def test_without_a_service_string_the_layout_says_the_characters() -> None:
    assert told(read(b"UNB+1'UNH+1'LIN+a?+?'b??'QTY+1'UNT+3'UNZ+1'", EDIFACT)) == [
        ("header", b"UNB+1", b"'"),
        ("header", b"UNH+1", b"'"),
        ("record", b"LIN+a?+?'b??'QTY+1", b"'"),
        ("trailer", b"UNT+3", b"'"),
        ("trailer", b"UNZ+1", b"'"),
    ]


def test_line_ends_behind_a_terminator_belong_to_the_segment() -> None:
    found = read(b"UNB+1'\r\nUNH+1'\n\nLIN+1'\r\nQTY+'\r\nLIN+2'\r\nUNT+4'\n", EDIFACT)
    assert told(found)[2:4] == [("record", b"LIN+1'\r\nQTY+", b"'\r\n"), ("record", b"LIN+2", b"'\r\n")]


def test_other_characters_are_those_that_the_service_string_says() -> None:
    data = b"UNA|*,! ~UNB*1~UNH*1~LIN*a!~'b~QTY*12|3,5~CNT*2|1~UNT*5~"
    found = read(data, EDIFACT)
    assert names(found)[3:] == ["records", "line item count", "message closes"]
    assert found[3].data == b"LIN*a!~'b~QTY*12|3,5~"
    made = as_found(io.BytesIO(data), laid_out(EDIFACT))
    assert made.units is not None
    assert (made.units.separators, made.units.release, made.units.ends) == (("*", "|"), "!", "~")
    assert all(stated.cell.comma for stated in made.units.stated)


def test_a_service_string_may_say_that_nothing_is_released() -> None:
    assert [unit.data for unit in read(b"UNA:+.  'LIN+?'LIN+2'", EDIFACT)][1:] == [b"LIN+?'", b"LIN+2'"]


def test_several_messages_and_interchanges_are_groups() -> None:
    message = b"UNH+1'BGM'LIN+1'LIN+2'UNS+S'MOA+1'CNT+1:3'CNT+2:2'UNT+9'"
    found = read((b"UNB+1'" + message * 2 + b"UNZ+2'\n") * 2, EDIFACT)
    assert [unit.kind.opens for unit in found if unit.kind.opens] == ["interchange", "message", "message"] * 2
    assert [unit.kind.closes for unit in found if unit.kind.closes] == ["message", "message", "interchange"] * 2
    assert [unit.data for unit in found if unit.is_record] == [b"LIN+1'", b"LIN+2'"] * 4
    assert names(found)[5:10] == ["summary", "parts", "summary", "line item count", "message closes"]
    assert found[6].kind.role == "header"


def test_an_interchange_header_says_the_characters_of_x12() -> None:
    for element, component, terminator, behind in ("*", ":", "~", ""), ("|", ">", "\n", ""), ("+", "\\", "'", "\r\n"):
        isa = ISA.replace("*", element).replace(":", component).replace("~", terminator + behind)
        rest = "GS*PO~ST*850~PO1*1*2~PID*F~PO1*2*3~CTT*2*5~SE*6~GE*1~IEA*1~".replace("~", "~" + behind)
        data = (isa + rest.replace("~", terminator).replace("*", element)).encode()
        found = read(data, X12)
        assert names(found) == [
            *("interchange opens", "functional group opens", "transaction set opens", "records", "records"),
            *("transaction totals", "transaction set closes", "functional group closes", "interchange closes"),
        ]
        assert found[3].lines == 2
        assert {unit.end for unit in found} == {len(terminator + behind)}
        made = as_found(io.BytesIO(data), laid_out(X12)).units
        assert made is not None
        assert (made.ends, made.separators) == (terminator, (element, component))


def test_the_last_segment_may_have_no_end() -> None:
    for data in b"UNH+1'LIN+1", b"UNH+1'LIN+1?'", b"UNH+1'LIN+1?":
        assert [(unit.data, unit.end) for unit in read(data, EDIFACT)] == [(b"UNH+1'", 1), (data[6:], 0)]


def test_blanks_and_0x1a_behind_the_last_terminator_are_filling() -> None:
    found = read(b"UNH+1'UNT+2'\r\n \r\n\x1a", EDIFACT)
    assert [unit.kind.role for unit in found] == ["header", "trailer", "filling"]


def test_a_byte_order_mark_is_no_part_of_a_segment() -> None:
    assert told(read(b"\xef\xbb\xbfUNA:+.? 'UNB+1'", EDIFACT))[0] == ("header", b"\xef\xbb\xbfUNA:+.? '", b"")
    assert [unit.kind.name for unit in read(b"\xef\xbb\xbfUNB+1'", EDIFACT)] == [
        *("byte order mark", "interchange opens"),
    ]


def test_segments_are_told_in_ebcdic() -> None:
    text = "UNA:+.? 'UNB+1'UNH+1'LIN+Ä?'1'QTY+2'UNT+4'"
    found = read(text.encode("cp273"), EDIFACT, "cp273")
    assert [unit.data.decode("cp273") for unit in found if unit.is_record] == ["LIN+Ä?'1'QTY+2'"]


def test_any_records_that_end_with_a_character_are_segments() -> None:
    kinds = (Kind(name="records", role="record", starts=("D",)), Kind(name="rest", role="header"))
    units = UnitLayout(structure="segments", ends="\x1e", kinds=kinds)
    assert told(read(b"H\x1eD1\nx\x1eD2\x1e", units)) == [
        ("header", b"H", b"\x1e"),
        ("record", b"D1\nx", b"\x1e"),
        ("record", b"D2", b"\x1e"),
    ]


def test_a_file_that_says_no_terminator_is_refused() -> None:
    units = UnitLayout(structure="segments")
    with pytest.raises(NotAsLaidOut, match="byte 0: found neither UNA nor ISA"):
        read(b"UNB+1'", units)
    with pytest.raises(NotAsLaidOut, match="byte 0: found the encoding utf-16"):
        read("UNB+1'".encode("utf-16"), EDIFACT, "utf-16")


def test_what_a_file_of_lines_begins_with_says_nothing() -> None:
    layout: FileLayout = laid_out(UnitLayout())
    file = io.BytesIO(b"UNA:+.? '")
    assert as_found(file, layout) == layout
    assert file.tell() == 0


def test_a_column_of_decimals_has_the_mark_of_the_service_string() -> None:
    column = PlacedColumn(name="quantity", type="decimal", start=None, width=None, cell=Cell(field=3))
    found = as_found(io.BytesIO(b"UNA:+,? '"), replace(laid_out(EDIFACT), columns=(column,)))
    assert found.columns[0].cell == Cell(field=3, comma=True)


@pytest.mark.parametrize("seed", range(100))
def test_segments_of_any_text_are_what_was_written(seed: int) -> None:
    rng = random.Random(seed)
    component, element, release, terminator = rng.sample(":+?'*|~^!", 4)
    terminator = rng.choice([terminator, terminator, "\n"])
    between = rng.choice(["", "", "\n", "\r\n"]) if terminator != "\n" else ""
    special = component + element + release + terminator

    def text() -> str:
        drawn = (rng.choice("abLIN'?+é " + special.replace("\n", "")) for _ in range(rng.randint(0, 6)))
        return "".join(release + one if one in special else one for one in drawn)

    segments = [
        rng.choice(["LIN", "QTY", "UNS", "DTM"]) + element + element.join(text() for _ in range(rng.randint(1, 3)))
        for _ in range(rng.randint(0, 9))
    ]
    head = f"UNA{component}{element}.{release} {terminator}{between}"
    data = (head + "".join(one + terminator + between for one in segments)).encode()
    found = read(data, EDIFACT)
    whole: list[str] = []
    in_record = False
    for one in segments:
        if one.startswith("LIN") or (one.startswith(("QTY", "DTM")) and in_record):
            if one.startswith("LIN"):
                whole.append("")
            whole[-1] += one + terminator + between
        in_record = one.startswith("LIN") or (in_record and not one.startswith("UNS"))
    assert [unit.data.decode() for unit in found if unit.is_record] == whole
    assert sum(unit.lines for unit in found) == len(segments)


def test_many_segments_pass() -> None:
    found = units_of.units(Repeated(b"UNH+1'", b"LIN+1'QTY+1'", 30_000, b"UNT+60002'"), laid_out(EDIFACT))  # type: ignore[arg-type]
    assert sum(unit.lines for unit in found) == 60_002
