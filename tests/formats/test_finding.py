"""What is found of a file that is there is what was written into it."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from harness import formats
from harness.contract.content import FileLayout
from harness.formats import Form, Mismatch, Totals, find_layout
from harness.formats.finding import SAMPLE_BYTES
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
    assert found.described() == made.described()
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
    ],
)
def test_a_column_has_the_narrowest_type_of_its_values(tmp_path: Path, values: list[str], kind: str) -> None:
    body = "x,y\n" + "".join(f"a,{value}\n" for value in values)
    assert [column.type for column in of(tmp_path / "f", body)[0].columns] == ["text", kind]
    objects = "".join(json.dumps({"y": value or None}) + "\n" for value in values)
    assert [column.type for column in of(tmp_path / "f", objects)[0].columns] == [kind]


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
