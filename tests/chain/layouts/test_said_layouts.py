"""What the words of a layout mean, and that a file is read as they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from harness.chain.layouts.said import said_layout
from harness.chain.layouts.words import LayoutWords
from harness.chain.model import Content
from harness.content import shipped
from harness.contract.codec import read, write
from harness.contract.content import FileLayout, SaidLayout
from harness.contract.layout import Cell, Kind, Marked, Stated, Summand
from harness.formats import Layout, Mismatch, Totals, find_layout
from harness.formats.figures import told
from harness.formats.known import KNOWN
from harness.formats.reading import records
from harness.formats.units import units

SAMPLES = Path(__file__).parents[2] / "formats" / "samples"
REFERENCE = (shipped.fixtures() / "chains/README.md").read_text()


def said(text: str) -> SaidLayout:
    return said_layout(LayoutWords.model_validate(YAML(typ="safe", pure=True).load(text)))


def found(file: Path, text: str, **form: Any) -> tuple[Layout, Totals]:
    layout = YAML(typ="safe", pure=True).load(text)
    return find_layout(file, Content.model_validate({"copy": "x", "layout": layout, **form}).form)


PIPE = """
delimiter: "|"
header: {starts: "H|"}
records: {starts: "D|"}
trailer: {starts: "T|"}
columns: [type, day, sku, name, qty, amount]
states:
  - {trailer: 2, counts: records}
  - {trailer: 3, sums: qty}
  - {trailer: 4, sums: amount}
"""


def test_lines_by_their_signs() -> None:
    layout = said(PIPE).units
    assert (layout.structure, layout.separators, layout.quote) == ("lines", ("|",), '"')
    assert layout.kinds == (
        Kind(name="header", role="header", starts=("H|",)),
        Kind(name="trailer", role="trailer", starts=("T|",)),
        Kind(name="records", role="record", starts=("D|",)),
    )
    assert layout.stated == (
        Stated(name="record count", kind="trailer", cell=Cell(field=2), counts=("records",)),
        Stated(name="control total", kind="trailer", cell=Cell(field=3), sums=(Summand(cell=Cell(field=5)),)),
        Stated(name="control total", kind="trailer", cell=Cell(field=4), sums=(Summand(cell=Cell(field=6)),)),
    )


def test_first_and_last_lines_and_all_others_are_records() -> None:
    assert said('delimiter: ";"\nheader: 2\ntrailer: 1\n').units.kinds == (
        Kind(name="header", role="header", first=2),
        Kind(name="trailer", role="trailer", last=1),
        Kind(name="records", role="record"),
    )


def test_parts_and_fields_and_several_signs() -> None:
    layout = said("""
        delimiter: ","
        quote: none
        trailer: [{starts: T1}, {starts: T2, name: sums}]
        records: {is: [D, E], field: 2, parts: [C, R]}
    """).units
    assert layout.quote is None
    assert layout.kinds == (
        Kind(name="trailer 1", role="trailer", starts=("T1",)),
        Kind(name="sums", role="trailer", starts=("T2",)),
        Kind(name="parts", role="part", starts=("C", "R")),
        Kind(name="records", role="record", starts=("D", "E"), field=2),
    )


def test_what_belongs_to_a_record_may_be_all_that_has_no_sign_of_its_own() -> None:
    kinds = said("header: 1\nrecords: {parts: {starts: ' '}}\n").units.kinds
    assert kinds[-1] == Kind(name="records", role="record")


def test_groups_and_what_is_stated_of_them() -> None:
    layout = said(
        """
        records: {starts: "6", parts: "7"}
        groups: {batch: {opens: {starts: "5"}, closes: {starts: "8", at: 1}}}
        columns: {amount: {start: 29, width: 10, decimals: 2, negative: {start: 1, width: 2, is: [27, "37"]}}}
        states:
          - {in: batch closes, start: 4, width: 6, counts: [record lines, batch opens], within: batch, itself: false}
          - {in: batch closes, start: 10, width: 10, sums: {of: records, start: 3, width: 8}, digits: 10}
          - {in: batch closes, start: 20, width: 10, sums: amount, only: {start: 0, width: 1, is: "6"}, name: net}
    """.replace('27, "37"', '"27", "37"')
    ).units
    opens, closes, _, _ = layout.kinds
    assert opens == Kind(name="batch opens", role="header", starts=("5",), opens="batch")
    assert closes == Kind(name="batch closes", role="trailer", starts=("8",), at=1, closes="batch")
    amount = Cell(start=29, width=10, decimals=2, negative=Marked(cell=Cell(start=1, width=2), values=("27", "37")))
    assert layout.stated == (
        Stated(
            name="count of record lines and batch opens",
            kind="batch closes",
            cell=Cell(start=4, width=6),
            counts=("record lines", "batch opens"),
            within="batch",
            itself=False,
        ),
        Stated(
            name="hash total",
            kind="batch closes",
            cell=Cell(start=10, width=10),
            sums=(Summand(cell=Cell(start=3, width=8)),),
            digits=10,
        ),
        Stated(
            name="net",
            kind="batch closes",
            cell=Cell(start=20, width=10),
            sums=(Summand(cell=amount),),
            only=Marked(cell=Cell(start=0, width=1), values=("6",)),
        ),
    )


def test_documents_are_known_by_names() -> None:
    json = said("structure: json\nrecords: /data/or~1ders\nstates: [{in: header, path: a/b, counts: records}]\n").units
    assert (json.records, json.stated[0].cell) == (("data", "or/ders"), Cell(path=("a", "b")))
    xml = said("structure: xml\nrecords: [Ntry, Ord]\ngroups: [Stmt]\ncolumns: [Amt]\n")
    assert (xml.units.records, xml.units.groups) == (("Ntry", "Ord"), ("Stmt",))
    assert [kind.name for kind in xml.units.kinds] == ["header", "Stmt opens", "records", "Stmt closes", "trailer"]
    assert xml.columns[0].cell == Cell(path=("Amt",))


def test_a_length_alone_says_that_units_are_pieces() -> None:
    layout = said("length: 80\nencoding: cp037\ncolumns: {n: {start: 3, width: 4, packed: true}}\n")
    assert (layout.units.structure, layout.units.length, layout.encoding) == ("length", 80, "cp037")
    assert layout.columns[0].type == "integer"


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_layout_stays_what_it_is_where_nothing_else_is_said(name: str) -> None:
    assert said(f"like: {name}\n") == KNOWN[name]


def test_what_is_said_goes_before_a_known_layout() -> None:
    known, other = KNOWN["edifact"], said("like: edifact\nrecords: {is: GID}\nencoding: latin-1\nstates: []\n")
    records = [kind for kind in other.units.kinds if kind.role == "record"]
    assert records == [Kind(name="records", role="record", starts=("GID",), field=1)]
    assert {kind for kind in known.units.kinds if kind.role != "record"} <= {*other.units.kinds}
    assert (other.encoding, other.units.stated, other.units.separators) == ("latin-1", (), known.units.separators)


def test_a_said_layout_goes_through_the_plan_of_a_night() -> None:
    layout = said(PIPE)
    assert read(SaidLayout, write(layout), "layout") == layout


def test_records_of_a_file_are_counted_by_their_signs() -> None:
    layout, totals = found(SAMPLES / "pipe.txt", PIPE, control="qty")
    assert totals == Totals(12, 1266)
    assert [(column.name, column.type) for column in layout.columns] == [
        ("type", "text"), ("day", "date"), ("sku", "text"), ("name", "text"), ("qty", "integer"), ("amount", "decimal"),
    ]  # fmt: skip
    described = layout.described()
    assert isinstance(described, FileLayout)
    assert described.units == said(PIPE).units
    assert (described.format, described.delimiter, described.date_columns) == ("csv", "|", ("day",))
    assert read(FileLayout, write(described), "layout") == described


def test_a_decimal_column_is_added_up_exactly() -> None:
    assert found(SAMPLES / "pipe.txt", PIPE, control="amount")[1] == Totals(12, "1582.50")


def test_columns_that_nobody_names_have_the_names_of_the_last_header_line() -> None:
    text = 'delimiter: "|"\nheader: 2\nrecords: {starts: "D|"}\ntrailer: [{starts: "T1|"}, {starts: "T2|"}]\n'
    layout, totals = found(SAMPLES / "pipe2t.txt", text)
    assert totals == Totals(10)
    assert [(column.name, column.type) for column in layout.columns] == [
        ("type", "text"), ("day", "date"), ("sku", "text"), ("qty", "integer"),
    ]  # fmt: skip


def test_a_column_of_no_numbers_is_not_added_up() -> None:
    with pytest.raises(Mismatch, match="the column 'sku' holds no numbers"):
        found(SAMPLES / "pipe.txt", PIPE, control="sku")


def test_a_file_that_is_not_as_its_layout_says_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text('{"data": 7}')
    with pytest.raises(Mismatch, match=r"the file is not as its layout says: byte \d+: found .*, expected"):
        found(file, "structure: json\nrecords: /data\n")


@pytest.mark.parametrize(
    ("sample", "text", "records"),
    [
        ("nacha.ach", "like: nacha", 11),
        ("edifact.edi", "like: edifact", 10),
        ("bai2.txt", "like: bai2", 8),
        ("camt.xml", "like: camt053", 8),
        ("array.json", "structure: json", 12),
    ],
)
def test_samples_have_as_many_records_as_their_layouts_find(sample: str, text: str, records: int) -> None:
    assert found(SAMPLES / sample, text)[1] == Totals(records)


def test_packed_numbers_of_a_mainframe_are_added_up(tmp_path: Path) -> None:
    packed = [bytes.fromhex("12345C"), bytes.fromhex("00250D")]
    file = tmp_path / "tape"
    file.write_bytes(
        "00HEAD  ".encode("cp037")
        + b"".join("10A1".encode("cp037") + number + " ".encode("cp037") for number in packed)
        + "99000002".encode("cp037")
    )
    layout = """
        length: 8
        encoding: cp037
        header: {starts: "00"}
        records: {starts: "10"}
        trailer: {starts: "99"}
        columns: {article: {start: 2, width: 2, type: text}, n: {start: 4, width: 3, decimals: 2, packed: true}}
        states: [{in: trailer, start: 2, width: 6, counts: records}]
    """
    assert found(file, layout, control="n")[1] == Totals(2, "120.95")


def examples() -> list[str]:
    section = re.search(r"^### A layout\n(.*?)(?=^##)", REFERENCE, flags=re.DOTALL | re.MULTILINE)
    assert section
    blocks = re.findall(r"```yaml\n(.*?)```", section[1], flags=re.DOTALL)
    return [text for block in blocks for text in block.split("---\n")]


@pytest.mark.parametrize("text", examples())
def test_what_the_reference_shows_is_a_layout(text: str) -> None:
    data = YAML(typ="safe", pure=True).load(text)
    words = data["content"]["layout"] if "content" in data else data["layout"]
    assert said_layout(LayoutWords.model_validate(words)).units.kinds


def test_the_reference_shows_every_structure() -> None:
    words = [YAML(typ="safe", pure=True).load(text) for text in examples()]
    said_ones = [said_layout(LayoutWords.model_validate(one.get("content", one)["layout"])) for one in words]
    assert {one.units.structure for one in said_ones} == {"lines", "segments", "length", "json", "xml"}


@pytest.mark.parametrize("quote", ["none", "'\"'"])
def test_a_delimiter_may_have_several_characters(tmp_path: Path, quote: str) -> None:
    file = tmp_path / "claims.dat"
    rows = [["D", "1", "a~b", "+09.00"], ["D", "2", "|x", "-01.50"]]
    file.write_text("".join("~|~".join(row) + "\n" for row in [["BOF", "F"], *rows, ["EOF", "2", "007.50"]]))
    layout, totals = found(
        file,
        f"""
delimiter: "~|~"
quote: {quote}
header: {{is: BOF}}
records: {{is: D}}
trailer: {{starts: "EOF~|~"}}
columns: [type, id, text, amount]
states: [{{trailer: 2, counts: records}}, {{trailer: 3, sums: amount}}]
""",
        control="amount",
    )
    assert totals == Totals(2, "7.50")
    assert [[*one.values()] for one in records(file, layout.described())] == rows
    with file.open("rb") as bytes_:
        assert all(one.agrees for one in told(units(bytes_, layout.described()), layout.described()))


def test_rows_in_quotes_between_delimiters_of_several_characters_alone_are_read(tmp_path: Path) -> None:
    file = tmp_path / "claims.dat"
    file.write_text('id||text\n1||"a||b"\n2||c\n')
    layout, totals = found(file, 'delimiter: "||"\nheader: 1\n')
    assert totals == Totals(2)
    assert [*records(file, layout.described())] == [{"id": "1", "text": "a||b"}, {"id": "2", "text": "c"}]
