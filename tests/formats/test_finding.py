"""What is found of a file that is there is what was written into it."""

from __future__ import annotations

import gzip
import json
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import formats
from harness.contract.content import FileLayout, SaidColumn, SaidLayout
from harness.contract.layout import Cell, Kind, Stated, Summand, UnitLayout
from harness.formats import Form, Mismatch, Totals, find_layout
from harness.formats.containers.opaque import opaque_because
from harness.formats.finding import proposal
from harness.formats.guessing.sample import SAMPLE_BYTES
from harness.formats.layout import Layout
from harness.formats.reading import records
from tests.clock.needed import needs
from tests.formats.conftest import COLUMNS, PIECES, PRICES, ROWS, Written

TYPES = [(column.name, column.type) for column in COLUMNS]


@pytest.mark.parametrize("compress", [None, "gzip", "zip"])
@pytest.mark.parametrize("form", [{"format": "csv"}, {"format": "csv", "delimiter": ";"}, {"format": "jsonl"},
                                  {"format": "jsonl", "trailer": 1}, {"format": "csv", "trailer": 0}])  # fmt: skip
def test_a_file_that_was_made_is_found_to_be_as_it_was_made(
    written: Written, form: dict[str, Any], compress: Any
) -> None:
    path, totals = written(ROWS[:1] * 30, **form, compress=compress)
    made = formats.made_layout(Form(**form, compress=compress), COLUMNS, "pieces")
    found, counted = find_layout(path, Form(control="pieces"))
    assert found.units is not None
    assert found.units.guessed
    said = replace(found, units=replace(found.units, guessed=()))
    assert said.described() == made.described()
    assert counted == totals == Totals(30, 90)


def test_parquet_is_found_by_its_first_bytes(written: Written) -> None:
    path, _ = written(format="parquet")
    found, totals = find_layout(path, Form(control="price"))
    made = formats.made_layout(Form(format="parquet"), COLUMNS, "price")
    assert found.described() == made.described()
    assert [(column.name, column.type) for column in found.columns] == TYPES
    assert (found.format, found.header, found.trailer, totals) == ("parquet", 0, 0, Totals(4, PRICES))
    assert find_layout(path, Form(control="pieces"))[1] == Totals(4, PIECES)


def test_fixed_width_is_told_and_not_guessed(written: Written) -> None:
    path, _ = written(format="fixed", header=1)
    found, totals = find_layout(path, Form(format="fixed", header=1))
    assert (found.format, found.header, found.trailer, found.columns, totals) == ("fixed", 1, 1, (), Totals(4))


def of(path: Path, body: str | bytes, **form: Any) -> tuple[FileLayout, Totals]:
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    layout, totals = find_layout(path, Form(**form))
    return layout.described(), totals


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a,b\n1,2\n3,4\nTRAILER,2,6\n", 2),
        ("a,b\n1,2\n", 1),
        ("a,b\n1,2", 1),
        ("a,b\n\n1,2\n  \n3,4\n\n", 2),
        ('a,b\n"x\ny",2\n"",""\n', 2),
        ('a;b\n"trailer";2\n', 0),
        ("a\n", 0),
        ("", 0),
        ('{"a": 1}\n{"a": 2}\n{"trailer": {"records": 2}}\n', 2),
        ('{"a": 1}\n', 1),
    ],
)
def test_records_are_lines_but_for_header_and_trailer_and_blank_ones(tmp_path: Path, body: str, expected: int) -> None:
    assert of(tmp_path / "f", body)[1] == Totals(expected)


@pytest.mark.parametrize(
    ("body", "delimiter"),
    [
        ("a;b;c\n1;2,5;3\n4;5,5;6\n", ";"),
        ("a|b\n", "|"),
        ("a\tb\n1\t2\nTRAILER\t1\t2\n", "\t"),
        ("a\n1\n2\n", ","),
        ('"a";"b"\n"1, 2";"3"\n', ";"),
        ("", ","),
    ],
)
def test_the_delimiter_is_told_by_the_lines(tmp_path: Path, body: str, delimiter: str) -> None:
    assert of(tmp_path / "f", body)[0].delimiter == delimiter


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-20", ""], "integer"),
        (["007", "1"], "text"),
        (["1.50", "2"], "decimal"),
        (["2026-11-23", "2026-02-28"], "date"),
        (["2026-11-23", "2026-02-30"], "text"),
        (["2026-11-23T02:00:00+01:00"], "timestamp"),
        (["", ""], "text"),
        (["20261123"], "integer"),
        (["23.11.2026", "28.02.2026"], "date"),
        (["23.11.2026", "30.02.2026"], "text"),
        (["23.11.2026 02:00:00", "24.11.2026 02:00"], "timestamp"),
        (["23.11.26"], "text"),
        (["1,234", "12,345"], "text"),  # these may be thousands
        (["1,50", "2.50"], "text"),
    ],
)
def test_a_column_has_the_narrowest_type_of_its_values(tmp_path: Path, values: list[str], kind: str) -> None:
    body = "x;y\n" + "".join(f"a;{value}\n" for value in values)
    assert [column.type for column in of(tmp_path / "f", body)[0].columns] == ["text", kind]
    objects = "".join(json.dumps({"y": value or None}) + "\n" for value in values)
    assert [column.type for column in of(tmp_path / "f", objects)[0].columns] == [kind]


@pytest.mark.parametrize(
    ("body", "form", "expected"),
    [
        ("id;pieces;day\n1;234,50;23.11.2026\n2;-3,5;24.11.2026\n3;;25.11.2026\n", {}, Cell(field=2, comma=True)),
        ('id,pieces\n1,"234,50"\n2,"-3,5"\n', {}, Cell(field=2, comma=True)),
        ('{"pieces": "234,50"}\n{"pieces": "-3,5"}\n', {}, Cell(path=("pieces",), comma=True)),
        ("id;pieces\n1;234,50\n2;-3,5\n", {"layout": "said"}, Cell(field=2, comma=True)),
    ],
)
def test_decimals_may_have_a_comma(tmp_path: Path, body: str, form: dict[str, Any], expected: Cell) -> None:
    if form:
        form = {"layout": SaidLayout(units=replace(LINES.units, separators=(";",), kinds=(HEADER, *LINES.units.kinds)))}
    layout, totals = of(tmp_path / "f", body, control="pieces", **form)
    pieces = next(one for one in layout.columns if one.name == "pieces")
    assert (pieces.type, pieces.cell, totals.control_total) == ("decimal", expected, "231.00")


@pytest.mark.parametrize(("values", "kind"), [(("100", "007", "3"), "integer"), (("1.50", "02"), "decimal"),
                                              (("1.50", "x"), "text"), (("", ""), "text")])  # fmt: skip
def test_what_a_file_adds_up_is_a_number_also_with_zeros_before_it(
    tmp_path: Path, values: tuple[str, ...], kind: str
) -> None:
    stated = Stated(name="control total", kind="trailer", cell=Cell(field=2), sums=(Summand(cell=Cell(field=2)),))
    trailer = Kind(name="trailer", role="trailer", last=1)
    units = replace(LINES.units, separators=(";",), kinds=(trailer, *LINES.units.kinds), stated=(stated,))
    columns = (SaidColumn(name="id", cell=Cell(field=1)), SaidColumn(name="qty", cell=Cell(field=2)))
    body = "".join(f"007;{value}\n" for value in values) + "T;110\n"
    layout, _ = of(tmp_path / "f", body, layout=SaidLayout(units=units, columns=columns))
    assert [column.type for column in layout.columns] == ["text", kind]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        ("é,b\n", "utf-8"),
        ("\ufeffa,b\n", "utf-8-sig"),
        ("é,b\n".encode("latin-1"), "latin-1"),
        (b"a,b\n" + "é".encode() * SAMPLE_BYTES, "utf-8"),
    ],
)
def test_the_encoding_is_told_by_the_first_bytes(tmp_path: Path, body: str | bytes, encoding: str) -> None:
    assert of(tmp_path / "f", body)[0].encoding == encoding


def test_what_is_neither_text_nor_parquet_has_a_size_and_nothing_else(tmp_path: Path) -> None:
    found, totals = of(tmp_path / "f", b"\x00\x01\n\n")
    assert (found.format, found.encoding, found.header, totals) == ("binary", None, 0, Totals(0))
    with zipfile.ZipFile(tmp_path / "two", "w") as archive:
        archive.writestr("a", "1")
        archive.writestr("b", "2")
    assert find_layout(tmp_path / "two", Form())[0].format == "binary"


def test_what_the_author_says_goes_first(tmp_path: Path) -> None:
    body = "TRAILER,1\n"
    assert of(tmp_path / "f", body, header=0, trailer=0)[1] == Totals(1)
    found, totals = of(tmp_path / "f", "t\na|b\n1|2\nend\nend\n", delimiter="|", header=2, trailer=2)
    assert (totals, [column.name for column in found.columns]) == (Totals(1), ["a", "b"])
    found, totals = of(tmp_path / "f", "1,x\n2,y\n", header=0, control="column_1")
    assert ([column.name for column in found.columns], totals) == (["column_1", "column_2"], Totals(2, 3))


@pytest.mark.parametrize(
    ("body", "form", "key", "expected"),
    [
        ("a\n1\n", {"compress": "zip"}, "compress", "found compress: zip, and the file is not compressed"),
        (
            gzip.compress(b"a\n1\n", mtime=0),
            {"compress": "zip"},
            "compress",
            "found compress: zip, and the file is gzip",
        ),
        ("aa\n1\n", {"control": "a"}, "control", "unknown column 'a'. Did you mean 'aa'\\? Columns of numbers: aa"),
        ("a\nx\n", {"control": "a"}, "control", "the column 'a' holds no numbers. Columns of numbers: none"),
        ("a\n" + "1\n" * 300 + "x\n", {"control": "a"}, "control", "record 301 has 'x' in it, expected a number"),
    ],
)
def test_what_is_not_as_the_author_says_is_told_with_the_key(
    tmp_path: Path, body: str | bytes, form: dict[str, Any], key: str, expected: str
) -> None:
    with pytest.raises(Mismatch, match=expected) as raised:
        of(tmp_path / "f", body, **form)
    assert raised.value.key == key


@pytest.mark.parametrize("compress", ["gzip", "zip"])
def test_a_damaged_compressed_file_is_told(written: Written, compress: Any) -> None:
    path, _ = written(((f"{n * n}",) for n in range(40_000)), (COLUMNS[0],), None, compress=compress)
    body = bytearray(path.read_bytes())
    middle = len(body) // 2
    body[middle : middle + 8] = bytes(byte ^ 0xFF for byte in body[middle : middle + 8])
    path.write_bytes(body)
    with pytest.raises(ValueError, match=f"begins like a {compress} file and is damaged: "):
        find_layout(path, Form())


@pytest.mark.parametrize("member", ["orders.csv", "*.csv"])
def test_of_an_archive_the_member_that_is_said_is_found(tmp_path: Path, member: str) -> None:
    with zipfile.ZipFile(tmp_path / "it", "w") as archive:
        archive.writestr("README", "a|b\n")
        archive.writestr("orders.csv", "sku;pieces\na;1\nb;2\n")
    found, totals = find_layout(tmp_path / "it", Form(control="pieces", member=member))
    assert (found.compress, found.member, found.delimiter, totals) == ("zip", "orders.csv", ";", Totals(2, 3))
    assert [*records(tmp_path / "it", found.described())] == [
        *({"sku": "a", "pieces": "1"}, {"sku": "b", "pieces": "2"}),
    ]
    with pytest.raises(
        Mismatch, match=r"found member: \*, expected the name of one member: 2 of its members are '\*'"
    ) as raised:
        find_layout(tmp_path / "it", Form(member="*"))
    assert raised.value.key == "member"
    with pytest.raises(Mismatch, match="found compress: zip, and of a zip file, it has 2 members: README"):
        find_layout(tmp_path / "it", Form(compress="zip"))


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", "a PGP message"),
        (b"\x85\x01\x0c\x03" + bytes(range(1, 200)), "a PGP message"),
        (b"\xc1\xc1\x4c\x03" + b"\xe9" * 99, "a PGP message"),
        (b"age-encryption.org/v1\n-> X25519 abc\n", "encrypted by age"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", "encrypted by age"),
        (b"Salted__\xd1\xe2\xf3abc", "encrypted by openssl"),
        (b"U2FsdGVkX1+abc\n", "encrypted by openssl, in base 64"),
        (b"\x28\xb5\x2f\xfd\x24\x41", "compressed by zstd"),
        (bytes(range(1, 256)) * 8, "no text"),
        (b"sku,pieces\na,1\n", None),
        ("sku;Größe\na;1\n".encode("latin-1"), None),
        ("sku;Größe\na;1\n".encode() + b"\xc3", None),
        (b"", None),
    ],
)
def test_what_nobody_can_read_is_binary(tmp_path: Path, body: bytes, what: str | None) -> None:
    assert opaque_because(body) == what
    found, totals = of(tmp_path / "f", body)
    assert (found.format == "binary") == (what is not None)
    assert what is None or totals == Totals(0)


LINES = SaidLayout(units=UnitLayout(kinds=(Kind(name="records", role="record"),)))
HEADER = Kind(name="header", role="header", first=1)
PIECES_OF_4 = SaidLayout(units=UnitLayout(structure="length", length=4, kinds=(Kind(name="records", role="record"),)))


@pytest.mark.parametrize("key", ["layout", "format"])
def test_what_is_said_of_records_is_not_meant_of_an_archive_of_several(tmp_path: Path, key: str) -> None:
    with zipfile.ZipFile(tmp_path / "two", "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
        archive.writestr("b.csv", "b\n2\n")
    said: dict[str, Any] = {"layout": LINES, "format": "csv"}
    told = f"found {key}, and of a zip file, it has 2 members: a.csv, b.csv, and nothing says which of them; "
    with pytest.raises(Mismatch) as raised:
        find_layout(tmp_path / "two", Form(**{key: said[key]}))
    assert (raised.value.key, str(raised.value)) == (key, f"{told}if one has the records, say it: member: NAME")
    assert find_layout(tmp_path / "two", Form(**{key: said[key]}, member="b.csv"))[0].compress == "zip"


@pytest.mark.parametrize("said", [LINES, PIECES_OF_4, replace(LINES, encoding="latin-1")])
@pytest.mark.parametrize("body", [b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", gzip.compress(b"Salted__\xd1", mtime=0)])
def test_a_layout_of_what_is_encrypted_is_refused(tmp_path: Path, said: SaidLayout, body: bytes) -> None:
    with pytest.raises(Mismatch, match=r"found a layout, and the file is .*of which nobody can read records") as raised:
        of(tmp_path / "f", body, layout=said)
    assert raised.value.key == "layout"


def test_bytes_of_no_text_may_be_records_of_a_length_or_of_an_encoding_that_is_said(tmp_path: Path) -> None:
    body = bytes(range(1, 256)) * 8
    with pytest.raises(Mismatch, match="the file is no text"):
        of(tmp_path / "f", body, layout=LINES)
    assert of(tmp_path / "f", body, layout=PIECES_OF_4)[1].records > 500
    assert of(tmp_path / "f", body, layout=replace(LINES, encoding="cp037"))[1].records
    assert of(tmp_path / "f", "a\r\n".encode("utf-16"), layout=LINES)[1] == Totals(1)


def test_what_a_mainframe_has_written_is_not_opaque_and_has_records_when_its_length_is_said(tmp_path: Path) -> None:
    body = ("AB0001  SMITH".encode("cp037") + b"\x12\x34\x5c\x01\x5d") * 50
    assert opaque_because(body) is None
    assert of(tmp_path / "f", body)[0].format == "binary"
    parts = UnitLayout(structure="length", length=18, kinds=(Kind(name="records", role="record"),))
    columns = (
        SaidColumn(name="id", cell=Cell(start=0, width=8)),
        SaidColumn(name="due", cell=Cell(start=13, width=3, packed=True)),
    )
    layout, totals = of(tmp_path / "f", body, layout=SaidLayout(units=parts, encoding="cp037", columns=columns))
    assert totals == Totals(50)
    assert next(records(tmp_path / "f", layout)) == {"id": "AB0001", "due": "12345"}


def test_a_file_that_openssl_has_encrypted_and_a_zip_file_with_a_password_are_binary(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n" * 99)
    command = [needs("openssl"), "enc", "-aes-256-cbc", "-pbkdf2", "-pass", "pass:x", "-in", "a.csv", "-out", "a.enc"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([needs("zip"), "-P", "x", "a.zip", "a.csv"], cwd=tmp_path, check=True, capture_output=True)
    for name in ("a.enc", "a.zip"):
        assert find_layout(tmp_path / name, Form())[0] == Layout(format="binary", encoding=None, line_end=None)


@pytest.mark.parametrize(
    ("body", "values"),
    [
        (b"id;t\n1;g\rh\n2;x\n", ["g\rh", "x"]),
        (b'id;t\r\n1;"g\rh"\r\n2;x\r\n', ["g\rh", "x"]),
        (b"id;t\n1;\rh\n2;x\r\n", ["\rh", "x"]),
    ],
)
def test_a_carriage_return_within_a_line_is_text(tmp_path: Path, body: bytes, values: list[str]) -> None:
    path = tmp_path / "returns.csv"
    path.write_bytes(body)
    layout, totals = find_layout(path, Form(control="id"))
    assert (layout.header, totals) == (1, Totals(2, 3))
    assert [one["t"] for one in records(path, layout.described())] == values


def test_bytes_of_ebcdic_with_carriage_returns_are_no_error(tmp_path: Path) -> None:
    path = tmp_path / "packed.dat"
    text = "".join(f"{number:05}WIDGET        ABCDEFGH" for number in range(40)).encode("cp037")
    path.write_bytes(text.replace("WID".encode("cp037"), b"\x0d\x25\x0d\x1c"))
    found = proposal(path, Form())
    assert found is None or not found.said.columns


@pytest.mark.parametrize(
    ("begins", "why"),
    [
        (b"Salted__", "the file is encrypted by openssl, .*; drop the layout"),
        (b"-----BEGIN PGP MESSAGE-----\n", "the file is a PGP message, .*; drop the layout"),
    ],
)
def test_a_layout_of_what_nobody_can_read_is_refused(tmp_path: Path, begins: bytes, why: str) -> None:
    (tmp_path / "f").write_bytes(begins + b"D|1\n")
    said = SaidLayout(units=UnitLayout(separators=("|",), kinds=(Kind(name="records", role="record"),)))
    with pytest.raises(Mismatch, match=why) as raised:
        find_layout(tmp_path / "f", Form(layout=said))
    assert raised.value.key == "layout"


def test_a_layout_of_an_archive_of_several_is_refused_until_a_member_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "f", "w") as archive:
        archive.writestr("a.csv", "D|1\n")
        archive.writestr("b.csv", "D|1\nD|2\n")
    said = SaidLayout(units=UnitLayout(separators=("|",), kinds=(Kind(name="records", role="record"),)))
    with pytest.raises(Mismatch, match=r"it has 2 members: a.csv, b.csv.*say it: member: NAME"):
        find_layout(tmp_path / "f", Form(layout=said))
    assert find_layout(tmp_path / "f", Form(layout=said, member="b.csv"))[1] == Totals(2)


@pytest.mark.parametrize(
    "columns", [(), (SaidColumn(name="id", cell=Cell(field=1)), SaidColumn(name="qty", cell=Cell(field=2)))]
)
def test_a_night_without_records_adds_up_to_nothing(tmp_path: Path, columns: tuple[SaidColumn, ...]) -> None:
    (tmp_path / "f").write_text("id,qty\n")
    said = None
    if columns:
        kinds = (Kind(name="header", role="header", first=1), Kind(name="records", role="record"))
        said = SaidLayout(units=UnitLayout(separators=(",",), kinds=kinds), columns=columns)
    layout, totals = find_layout(tmp_path / "f", Form(layout=said, control="qty"))
    assert (layout.control, totals) == ("qty", Totals(0, 0))
    with pytest.raises(Mismatch, match="unknown column 'pieces'"):
        find_layout(tmp_path / "f", Form(layout=said, control="pieces"))


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["007", "100", ""], "integer"),
        (["+1", "-2"], "integer"),
        (["1.50", "2"], "decimal"),
        (["1", "x"], "text"),
        (["", ""], "text"),
    ],
)
def test_a_column_that_is_added_up_is_a_number(tmp_path: Path, values: list[str], type_: str) -> None:
    (tmp_path / "f").write_text("".join(f"D|{value}\n" for value in values) + "T|0\n")
    cell = Cell(field=2)
    kinds = (Kind(name="trailer", role="trailer", last=1), Kind(name="records", role="record"))
    total = Stated(name="total", kind="trailer", cell=cell, sums=(Summand(cell=cell),))
    said = SaidLayout(
        units=UnitLayout(separators=("|",), kinds=kinds, stated=(total,)), columns=(SaidColumn(name="qty", cell=cell),)
    )
    assert [one.type for one in find_layout(tmp_path / "f", Form(layout=said))[0].columns] == [type_]


def test_an_xml_document_without_records_is_bytes(tmp_path: Path) -> None:
    (tmp_path / "f").write_text('<?xml version="1.0"?>\n<batch count="0"></batch>\n')
    assert find_layout(tmp_path / "f", Form())[0].format == "binary"


@pytest.mark.parametrize("text", ['{"": 1, "k": 2}\n{"": 1, "k": 3}\n', '[{"": 1, "k": 2},\n{"": 1, "k": 3}]\n'])
def test_a_key_without_a_character_is_not_proposed(tmp_path: Path, text: str) -> None:
    (tmp_path / "f").write_text(text)
    found = proposal(tmp_path / "f", Form())
    assert found is not None
    assert [one.name for one in found.said.columns] == ["k"]


@pytest.mark.parametrize("said", [None, SaidLayout(units=UnitLayout())])
def test_an_archive_whose_directory_is_damaged_is_told_as_that(tmp_path: Path, said: SaidLayout | None) -> None:
    with zipfile.ZipFile(tmp_path / "f", "w") as archive:
        archive.writestr("a.csv", "id,name\n1,a\n")
    body = (tmp_path / "f").read_bytes()
    at = body.index(b"PK\x01\x02")
    (tmp_path / "f").write_bytes(body[:at] + b"PX" + body[at + 2 :])
    with pytest.raises(ValueError, match="begins like an archive and is damaged: Bad magic number"):
        find_layout(tmp_path / "f", Form(layout=said))


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["23.11.2026", "01.12.2026"], "date"),
        (["23.11.2026 10:15", "24.11.2026 00:00"], "timestamp"),
        (["23.13.2026", "01.12.2026"], "text"),
        (["23.11.2026", "x"], "text"),
        (["1.23.11.2026"], "text"),
    ],
)
def test_days_before_months_are_dates(tmp_path: Path, values: list[str], type_: str) -> None:
    (tmp_path / "f").write_text("id;day\n" + "".join(f"a;{value}\n" for value in values))
    layout, _ = find_layout(tmp_path / "f", Form())
    assert [(one.name, one.type) for one in layout.columns] == [("id", "text"), ("day", type_)]
