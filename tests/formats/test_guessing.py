"""What a file is taken for that nobody has described: shapes of feeds, each with what it is and its number of records.

Every proposal is held to what it is worth: its units joined are the file, and what it says is stated is so.
"""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.contract.content import FileLayout
from harness.formats import Form, Totals, find_layout
from harness.formats.figures import told
from harness.formats.reading import records
from harness.formats.units import joined, units

SAMPLES = Path(__file__).parent / "samples"


class Shape(NamedTuple):
    """A file, and what is to be found of it."""

    body: bytes
    records: int
    guessed: tuple[str, ...]
    format: str = "csv"


def lines(*rows: str, end: str = "\n") -> str:
    return "".join(row + end for row in rows)


DETAILS = [f"D|2026-11-23|SKU{number}|{number}|{number}.50" for number in range(1, 8)]
"""Seven records, whose fourth field comes to 28 and whose fifth to 31.50."""

CSV = ["id;day;price", *(f"{number};2026-11-23;{number},25" for number in range(1, 8))]

ORDERS = [
    line for number in range(1, 5) for line in (f"O|{number}|2026-11-23", f"L|{number}|A|{number}", f"L|{number}|B|1|x")
]
"""Four orders of two lines each."""

ENTRIES = "".join(f"<e><n>{number}</n><amt c='x'>{number}.10</amt></e>\n" for number in range(1, 8))

EBCDIC = lines("HDR20261123", *(f"DTL{number:05}{'A' * 20}" for number in range(1, 8)), "TRL0000007", end="\x85")

SHAPES = {
    "elements with attributes alone": Shape(
        b"<o c='2'><r i='1'/><r i='2'/></o>\n", 2, ("records: r",), "xml"
    ),
    "by prefix": Shape(
        lines("H|X|1", *DETAILS, "T|7|28|31.50").encode(),
        7,
        ("header: 1 line", "records: lines that begin with D|",
         "trailer: T|, field 2 counts records, field 3 sums column_4, field 4 sums column_5"),
    ),
    "a trailer that does not agree": Shape(
        lines("H|X|1", *DETAILS, "T|6|28|31.55").encode(),
        7,
        ("header: 1 line", "records: lines that begin with D|", "trailer: T|, field 3 sums column_4"),
    ),
    "implied decimals": Shape(
        lines("H|X|1", *DETAILS, "T|0007|00003150").encode(),
        7,
        ("header: 1 line", "records: lines that begin with D|",
         "trailer: T|, field 2 counts records, field 3 sums column_5"),
    ),
    "a count of all lines": Shape(
        lines("HDR|X", *(one.replace("D|", "DTL|") for one in DETAILS), "TRL|9").encode(),
        7,
        ("header: 1 line", "records: lines that begin with DTL|", "trailer: TRL|, field 2 counts lines"),
    ),
    "codes of digits": Shape(
        lines("00;X;20261123", *(f"10;{number};a;b" for number in range(5)), "99;5").encode(),
        5,
        ("header: 1 line", "records: lines that begin with 10;", "trailer: 99;, field 2 counts records"),
    ),
    "a line of names below the first": Shape(
        lines("H|X", "type|day|sku|pieces|price", *DETAILS, "T1|COUNT|7", "T2|SUM|28").encode(),
        7,
        ("header: 2 lines", "records: lines that begin with D|", "trailer: T1|, field 3 counts records",
         "trailer: T2|, field 3 sums pieces"),
    ),
    "a header that states the count": Shape(
        lines("H|X|7|31.50", *DETAILS, "T|END").encode(),
        7,
        ("header: 1 line, field 3 counts records, field 4 sums column_5", "records: lines that begin with D|",
         "trailer: T|"),
    ),
    "no records between header and trailer": Shape(
        lines("H|X|20261123", "T|0|0.00").encode(),
        0,
        ("header: 1 line", "trailer: T|, field 2 counts records"),
    ),
    "one record": Shape(
        lines("H|X|20261123", "D|2026-11-23|a|3|1.00", "T|1").encode(),
        1,
        ("header: 1 line", "records: lines that begin with D|", "trailer: T|, field 2 counts records"),
    ),
    "orders with lines, counted by orders": Shape(
        lines("H|X", *ORDERS, "T|4").encode(),
        4,
        ("header: 1 line", "records: lines that begin with O|", "parts of a record: lines that begin with L|",
         "trailer: T|, field 2 counts records"),
    ),
    "types of records, counted together": Shape(
        lines("H|X", *ORDERS, "T|12").encode(),
        12,
        ("header: 1 line", "records: lines that begin with O| or L|", "trailer: T|, field 2 counts records"),
    ),
    "in quotes": Shape(
        lines('"H","X"', *(f'"D","{number}","a ""b"", c"' for number in range(6)), '"T","6"').encode(),
        6,
        ("header: 1 line", "records: lines that begin with D,", "trailer: T,, field 2 counts records"),
    ),
    "a byte order mark and CR LF": Shape(
        ("\ufeff" + lines("H|X|1", *DETAILS, "T|7", end="\r\n")).encode(),
        7,
        ("header: 1 line", "records: lines that begin with D|", "trailer: T|, field 2 counts records"),
    ),
    "0x1A at the end": Shape(
        (lines("H|X|1", *DETAILS, "T|7") + "\x1a").encode(),
        7,
        ("header: 1 line", "records: lines that begin with D|", "trailer: T|, field 2 counts records"),
    ),
    "fixed width by the first letter": Shape(
        lines("H20261123", *(f"D{number:05}ABC{number:09}" for number in range(1, 13)), "T000000012000000078").encode(),
        12,
        ("header: 1 line", "records: lines that begin with D",
         "trailer: T, characters 1 to 10 counts records"),
        "lines",
    ),
    "UTF-16": Shape(
        lines(*CSV).encode("utf-16"),
        7,
        ("encoding: utf-16", "header: 1 line", "records: all other lines"),
    ),
    "UTF-16 by prefix": Shape(
        lines("H|X|1", *DETAILS, "T|7").encode("utf-16"),
        7,
        ("header: 1 line", "records: lines that begin with D|", "trailer: T|, field 2 counts records"),
    ),
    "CR alone": Shape(
        lines(*CSV, "TRAILER;7;29,75", end="\r").encode(),
        7,
        ("lines end with '\\r'", "header: 1 line",
         "trailer: 1 line, field 2 counts records, field 3 sums price", "records: all other lines"),
    ),
    "NEL": Shape(
        lines(*CSV, end="\x85").encode(),
        7,
        ("lines end with '\\x85'", "header: 1 line", "records: all other lines"),
    ),
    "EBCDIC with line ends": Shape(
        EBCDIC.encode("cp037"),
        7,
        ("header: 1 line", "records: lines that begin with DTL",
         "trailer: TRL, characters 3 to 10 counts records"),
        "lines",
    ),
    "sep= above the names": Shape(
        lines("sep=;", *CSV).encode(),
        7,
        ("header: 2 lines", "records: all other lines"),
    ),
    "titles above the names": Shape(
        lines("Sales report", "made 2026-11-23", *CSV).encode(),
        7,
        ("header: 3 lines", "records: all other lines"),
    ),
    "units below the names": Shape(
        lines("qty;price;sku", "pcs;EUR;-", *(f"{number};{number}.5;a" for number in range(7))).encode(),
        7,
        ("header: 2 lines", "records: all other lines"),
    ),
    "a total with a decimal comma": Shape(
        lines(*CSV, "TRAILER;7;29,75").encode(),
        7,
        ("header: 1 line", "trailer: 1 line, field 2 counts records, field 3 sums price", "records: all other lines"),
    ),
    "a hash total": Shape(
        lines("H,X", *(f"D,{99990 + number},a" for number in range(1, 8)), "T,7,99958").encode(),
        7,
        ("header: 1 line", "records: lines that begin with D,",
         "trailer: T,, field 2 counts records, field 3 sums column_2, its last 5 digits"),
    ),
    "JSON under a key, with its count": Shape(
        b'{"meta": {"count": 3, "page": 1},\n "data": [{"a": 1}, {"a": 2},\n {"a": 3}], "total": 6}\n',
        3,
        ("records: /data", "header: meta/count counts records", "trailer: total sums a"),
        "json",
    ),
    "JSON deeper down, on one line": Shape(
        b'{"page": 9, "result": {"rows": [{"a": 1, "b": [1]}, {"a": 2, "b": []}]}}',
        2,
        ("records: /result/rows",),
        "json",
    ),
    "a JSON array without records": Shape(b"[ ]\n", 0, ("records: the array itself",), "json"),
    "JSON lines with a trailer": Shape(
        b'{"a": 1}\n{"a": 4}\n{"trailer": {"records": 2, "control_total": 5}}\n',
        2,
        ("header: none", "trailer: 1 line, trailer/records counts records, trailer/control_total sums a",
         "records: all other lines"),
        "jsonl",
    ),
    "XML": Shape(
        f"<?xml version='1.0' encoding='ISO-8859-1'?>\n<f><cnt>7</cnt>\n{ENTRIES}<sum>28.70</sum></f>\n".encode(),
        7,
        ("records: e", "header: f/cnt counts records", "trailer: f/sum sums amt"),
        "xml",
    ),
    "X12": Shape(
        (b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261123*0130*U*00401*000000001*0*P*>~"
         b"GS*PO*S*R*20261123*0130*1*X*004010~ST*850*0001~BEG*00*SA*1**20261123~PO1*1*10*EA*1.5~PO1*2*5*EA*2~"
         b"CTT*2*15~SE*6*0001~GE*1*1~IEA*1*000000001~"),
        2,
        ("all of it: it begins like x12",),
        "segments",
    ),
    "MT940": Shape(
        lines(":20:REF", ":25:123/456", ":28C:1/1", ":60F:C261122EUR100,00", ":61:2611231123C10,00NTRFA",
              ":86:first", ":61:2611231123D3,00NTRFB", ":86:second", "more", ":62F:C261123EUR107,00", "-",
              end="\r\n").encode(),
        2,
        ("all of it: it begins like mt940",),
        "lines",
    ),
    "pain.001": Shape(
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr><NbOfTxs>2'
         b"</NbOfTxs></GrpHdr><PmtInf><CdtTrfTxInf><Amt>1</Amt></CdtTrfTxInf><CdtTrfTxInf><Amt>2</Amt></CdtTrfTxInf>"
         b"</PmtInf></CstmrCdtTrfInitn></Document>"),
        2,
        ("all of it: it begins like pain001",),
        "xml",
    ),
}  # fmt: skip
"""Each by what is special about it."""


def found(path: Path, **form: str | int) -> tuple[FileLayout, Totals]:
    layout, totals = find_layout(path, Form(**form))  # type: ignore[arg-type]
    return layout.described(), totals


def counted(path: Path, layout: FileLayout) -> int:
    """The records, one by one, after a look at what all proposals must keep."""
    with path.open("rb") as file:
        all_of_them = [*units(file, layout)]
    assert b"".join(unit.data for unit in all_of_them) == path.read_bytes()
    assert b"".join(joined(all_of_them, layout)) == path.read_bytes()
    return sum(unit.is_record for unit in all_of_them)


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_is_taken_for_what_it_is(tmp_path: Path, name: str) -> None:
    shape, path = SHAPES[name], tmp_path / "f"
    path.write_bytes(shape.body)
    layout, totals = found(path)
    assert layout.units is not None
    assert layout.units.guessed == shape.guessed
    assert (totals.records, counted(path, layout), layout.format) == (shape.records, shape.records, shape.format)
    if not shape.guessed[0].startswith("all of it"):
        with path.open("rb") as file:
            figures = [*told(units(file, layout), layout)]
        assert len(figures) == len(layout.units.stated)
        assert all(one.agrees for one in figures)


@pytest.mark.parametrize("name", SHAPES)
def test_the_same_is_found_in_a_compressed_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "f").write_bytes(SHAPES[name].body)
    (tmp_path / "f.gz").write_bytes(gzip.compress(SHAPES[name].body, mtime=0))
    plain, packed = found(tmp_path / "f"), found(tmp_path / "f.gz")
    assert (plain[0].units, plain[0].columns, plain[1]) == (packed[0].units, packed[0].columns, packed[1])


@pytest.mark.parametrize("seed", range(40))
def test_lines_by_prefix_of_any_handwriting_are_told(tmp_path: Path, seed: int) -> None:
    dice, path = random.Random(seed), tmp_path / "f"
    delimiter, (head, body, tail) = dice.choice("|;,\t"), dice.choice(CODES)
    end, encoding = dice.choice(["\n", "\r\n"]), dice.choice(["utf-8", "utf-8-sig", "utf-16", "latin-1"])
    number, off = dice.randrange(2, 60), dice.choice([0, 0, 0, 3])
    amounts = [dice.randrange(1, 100_000) for _ in range(number)]
    rows = [(body, f"a{at}", dice.choice(["é", "x y", ""]), f"{amount / 100:.2f}") for at, amount in enumerate(amounts)]
    total = sum(amounts) + off
    stated = dice.choice([f"{total / 100:.2f}", f"{total:012}"])
    every = [(head, "20261123"), *rows, (tail, f"{number + off:0{dice.randrange(1, 9)}}", stated)]
    path.write_bytes("".join(delimiter.join(row) + end for row in every).encode(encoding))
    layout, totals = found(path)
    assert (totals.records, counted(path, layout)) == (number, number)
    assert layout.units is not None
    states = [(one.cell.field, one.counts, [summand.cell.field for summand in one.sums]) for one in layout.units.stated]
    assert states == ([] if off else [(2, ("records",), []), (3, (), [4])])
    assert [one["column_4"] for one in records(path, layout)] == [row[3] for row in rows]


CODES = [("H", "D", "T"), ("HDR", "DTL", "TRL"), ("00", "10", "99"), ("HEADER", "DETAIL", "TRAILER"), ("0", "1", "9")]


@pytest.mark.parametrize("seed", range(30))
def test_records_of_documents_are_those_that_were_put_in(tmp_path: Path, seed: int) -> None:
    dice, path = random.Random(seed), tmp_path / "f"
    number = dice.randrange(2, 50)
    rows = [{"n": at, "amt": dice.randrange(1, 10**6)} for at in range(number)]
    total = sum(row["amt"] for row in rows)
    blank = dice.choice(["", " ", "\n", "\r\n  "])
    if dice.random() < 0.5:
        inner = f",{blank}".join(f'{{"n":{blank}{row["n"]}, "amt": {row["amt"]}}}' for row in rows)
        path.write_text(f'{{{blank}"v": {{"numberOfRows": {number}}},{blank}"rows":[{inner}]{blank}, "sum": {total}}}')
    else:
        inner = blank.join(f"<r><n>{row['n']}</n><amt>{row['amt']}</amt></r>" for row in rows)
        path.write_text(f"<f><v><numberOfRows>{number}</numberOfRows></v>{blank}{inner}{blank}<sum>{total}</sum></f>")
    layout, totals = found(path)
    assert (totals.records, counted(path, layout)) == (number, number)
    assert layout.units is not None
    assert [one.name for one in layout.units.stated] == ["record count", "control total"]
    assert [(int(one["n"]), int(one["amt"])) for one in records(path, layout)] == [
        (row["n"], row["amt"]) for row in rows
    ]


@pytest.mark.parametrize(
    "body",
    [
        lines("country,amount", *("DE,1" for _ in range(9)), "FR,2"),
        lines("country,amount", *("DE,1" for _ in range(9)), "F"),
        lines("country,amount", *("DE,1" for _ in range(9)), "D"),
        lines("site,qty", "A,1", "A,2", "B,3", "TRAILER,3,6"),
        lines("site;qty", *(f"S{number % 3};{number}" for number in range(50)), "TRAILER;50;1225"),
        lines("a", "H", "D", "D", "T"),
        lines("flag|x", *(f"{'YN'[number % 2]}|{number}" for number in range(20))),
    ],
)
def test_a_column_of_few_values_is_no_sign(tmp_path: Path, body: str) -> None:
    (tmp_path / "f").write_text(body)
    layout, totals = found(tmp_path / "f")
    assert layout.units is not None
    assert not any(kind.starts for kind in layout.units.kinds)
    assert totals.records == body.count("\n") - 1 - body.count("TRAILER")


@pytest.mark.parametrize("keep", [0.3, 0.62, 0.99])
@pytest.mark.parametrize("name", ["array.json", "camt.xml", "pipe.txt", "edifact.edi"])
def test_a_file_that_is_cut_is_still_read_as_something(tmp_path: Path, name: str, keep: float) -> None:
    body = (SAMPLES / name).read_bytes()
    (tmp_path / "f").write_bytes(body[: int(len(body) * keep)])
    layout, _ = found(tmp_path / "f")
    assert layout.format in ("csv", "segments", "json", "xml")


def test_what_the_form_says_of_lines_goes_first(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(SHAPES["by prefix"].body)
    layout, _ = found(tmp_path / "f", header=1, trailer=1)
    assert layout.units is not None
    assert not any(kind.starts for kind in layout.units.kinds)
    assert [column.name for column in layout.columns] == ["H", "X", "1"]
    states = ("field 2 counts records", "field 3 sums column 4", "field 4 sums column 5")
    assert layout.units.guessed == tuple(f"trailer: {one}" for one in states)


@pytest.mark.parametrize("body", [EBCDIC.replace("\x85", "").encode("cp037"), bytes(range(256)) * 4])
def test_pieces_whose_length_nobody_says_are_bytes(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "f").write_bytes(body)
    layout, totals = found(tmp_path / "f")
    assert (layout.format, layout.units, totals) == ("binary", None, Totals(0))


@pytest.mark.parametrize("seed", range(150))
def test_whatever_bytes_there_are_what_is_found_is_what_the_units_are(tmp_path: Path, seed: int) -> None:
    dice, path = random.Random(seed), tmp_path / "f"
    bodies = [*(shape.body for shape in SHAPES.values()), *(one.read_bytes() for one in sorted(SAMPLES.iterdir()))]
    body = bytearray(dice.choice(bodies))
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(body) + 1)
        body[at : at + dice.choice([0, 0, 1, 30])] = dice.choice(
            [b"", b'"', b"\n", b"\x1a", b"{", b"]", b"<", b"'", b"\xe9"]
        )
    path.write_bytes(body)
    layout, totals = found(path)
    if layout.units is None:
        assert totals == Totals(0)
        return
    with path.open("rb") as file:
        all_of_them = [*units(file, layout)]
    assert b"".join(unit.data for unit in all_of_them) == body
    assert sum(unit.is_record for unit in all_of_them) == totals.records
