"""Lint says what a copied file is taken for, in words that mean the same when they are pasted."""

from __future__ import annotations

import gzip
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from harness.chain.layouts.as_words import as_yaml
from harness.chain.layouts.said import said_layout
from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.contract.content import SaidLayout
from harness.formats import Form, find_layout
from harness.formats.finding import proposal
from harness.formats.guessing.proposed import Proposed
from tests.formats.test_guessing import SAMPLES, SHAPES

CHAIN = """
    chain: feed
    timezone: Europe/Paris
    owner: data-ops
    deadline: "06:00"
    files:
      orders:
        name: "orders_{date}"
        arrives: "01:30"
        content:
          copy: orders
"""

FILES = {name: shape.body for name, shape in SHAPES.items()} | {
    path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir())
}


def said_in_chain(folder: Path, words: list[str]) -> SaidLayout:
    """What words mean that are pasted under a file's content."""
    pasted = "\n".join(" " * 6 + line for line in words)
    jobs = 'jobs:\n  load: {run: [python, load.py], at: "02:00"}\n'
    (folder / "chain.yaml").write_text(textwrap.dedent(CHAIN).lstrip("\n") + pasted + "\n" + jobs)
    layout = load_chain(folder / "chain.yaml").files["orders"].content.layout
    assert layout is not None
    return said_layout(layout)


@pytest.mark.parametrize("name", FILES)
def test_what_is_proposed_can_be_pasted_and_finds_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / "orders"
    path.write_bytes(FILES[name])
    found = proposal(path, Form())
    assert isinstance(found, Proposed)
    said = said_in_chain(tmp_path, [*as_yaml(found.said, found.like)])
    (guessed, counted), (layout, as_said) = find_layout(path, Form()), find_layout(path, Form(layout=said))
    assert as_said.records == counted.records
    # Without records, a header is taken for their names.
    assert layout.columns == guessed.columns or not counted.records
    assert layout.units is not None
    assert guessed.units is not None
    assert replace(guessed.units, guessed=()) == layout.units
    assert guessed.units.guessed


def lint_of(folder: Path, body: bytes, content: str = "") -> list[str]:
    (folder / "orders").write_bytes(body)
    jobs = 'jobs:\n  load: {run: [python, load.py], at: "02:00"}\n'
    chain = textwrap.dedent(CHAIN).lstrip("\n") + content + jobs
    (folder / "chain.yaml").write_text(chain)
    return [str(one).replace(f"{folder}/", "") for one in lint(folder / "chain.yaml") if "'orders'" in str(one)]


def test_lint_shows_what_a_copied_file_is_taken_for(tmp_path: Path) -> None:
    (found,) = lint_of(tmp_path, (SAMPLES / "pipe.txt").read_bytes())
    assert found == (
        "chain.yaml:10: note: the file 'orders' is taken for this: header: 1 line; records: lines that begin with D|; "
        "trailer: T|, field 2 counts records, field 3 sums column_5, field 4 sums column_6; "
        "if that is so, paste it under its 'content', and say there what is missing:\n"
        "    layout:\n"
        '      delimiter: "|"\n'
        "      header: 1\n"
        '      trailer: {starts: "T|"}\n'
        '      records: {starts: "D|"}\n'
        "      columns: [column_1, column_2, column_3, column_4, column_5, column_6]\n"
        "      states:\n"
        "        - {trailer: 2, counts: records}\n"
        "        - {trailer: 3, sums: column_5}\n"
        "        - {trailer: 4, sums: column_6}"
    )


def test_a_file_whose_layout_is_said_needs_no_proposal(tmp_path: Path) -> None:
    said = '      layout: {delimiter: "|", header: 1, records: {starts: "D|"}, trailer: {starts: "T|"}, columns: [a]}\n'
    assert lint_of(tmp_path, (SAMPLES / "pipe.txt").read_bytes(), said) == []


FED = b"H|20261123\nD|20261123|SKU1|5\nC|note\nD|20261123|SKU2|4\nT|2|9\n"
FITS = """
      layout:
        delimiter: "|"
        header: {starts: "H|"}
        records: {starts: "D|", parts: "C|"}
        trailer: {starts: "T|"}
        columns: [type, day, sku, qty]
        states:
          - {trailer: 2, counts: records}
          - {trailer: 3, sums: qty}
"""


@pytest.mark.parametrize(
    ("was", "now", "line", "told"),
    [
        ('records: {starts: "D|"', 'records: {starts: "E|"', 14, "has no records, as its layout knows them"),
        ('trailer: {starts: "T|"}', 'trailer: {is: X}', 15,
         "has no line whose field 1 is 'X', which would be its trailer"),
        ('header: {starts: "H|"}', 'header: {starts: "h|"}', 13,
         "has no line that starts with 'h|', which would be its header"),
        ('parts: "C|"', 'parts: "c|"', 14, "has no line that starts with 'c|', which would be its parts"),
        ("        columns", '        groups: {b: {opens: {starts: "5"}, closes: {starts: "8"}}}\n        columns', 16,
         "has no line that starts with '5', which would be its b opens"),
        ("counts: records", "counts: lines", 18, "states 2 as its line count, and comes to 5"),
        ("trailer: 3", "trailer: 9", 19, "states no control total: its trailer has nothing there; it comes to 9"),
        ("trailer: 3", "trailer: 1", 19, "states 'T' as its control total, which is no number; it comes to 9"),
        ("sums: qty", "sums: sku", 19, "states 9 as its control total, and comes to 0"),
        ('delimiter: "|"', 'delimiter: ";"', 18,
         "states no record count: its trailer has nothing there; it comes to 2"),
        ("        header", "        encoding: utf-16\n        header", 15, "has no records, as its layout knows them"),
    ],
)  # fmt: skip
def test_a_layout_that_does_not_fit_the_file_is_told_at_its_line(
    tmp_path: Path, was: str, now: str, line: int, told: str
) -> None:
    assert lint_of(tmp_path, FED, FITS[1:]) == []
    found = lint_of(tmp_path, FED, FITS[1:].replace(was, now))
    assert f"chain.yaml:{line}: warning: the file 'orders' {told}; " in "".join(found)


def test_a_known_layout_may_do_without_some_of_its_kinds(tmp_path: Path) -> None:
    body = (SAMPLES / "nacha.ach").read_bytes()
    assert lint_of(tmp_path, body, "      layout: {like: nacha}\n") == []
    (found,) = lint_of(tmp_path, body.replace(b"\n82", b"\n821", 1), "      layout: {like: nacha}\n")[:1]
    assert found.startswith("chain.yaml:11: warning: the file 'orders' states ")


def test_bytes_are_told_to_be_nothing_else(tmp_path: Path) -> None:
    (found,) = lint_of(tmp_path, b"\x00\x01\x02")
    assert found == (
        "chain.yaml:10: note: the file 'orders' is taken for bytes: only damages that act on any bytes can act on it; "
        "say under its 'content' what it is made of ('layout'), if it is made of records"
    )


def test_pieces_of_ebcdic_need_their_length(tmp_path: Path) -> None:
    (found,) = lint_of(tmp_path, ("AB0001  SMITH".encode("cp037") + b"\x12\x34\x5c") * 50)
    assert "is taken for EBCDIC without line ends" in found
    assert "such as layout: {encoding: cp037, length: 80}" in found


@pytest.mark.parametrize(
    ("content", "line", "text"),
    [
        ("      compress: gzip\n", 11, "found compress: gzip, and the file is not compressed"),
        ("      control: nothing\n", 11, "unknown column 'nothing'"),
        ("      layout: {structure: json}\n", 11, "the file is not as its layout says: byte 0: found 'i'"),
    ],
)
def test_what_is_said_and_is_not_so_is_an_error_at_its_line(tmp_path: Path, content: str, line: int, text: str) -> None:
    (found,) = lint_of(tmp_path, b"id,day\n1,2\n", content)
    assert found.startswith(f"chain.yaml:{line}: error: the file 'orders': {text}")


def test_what_is_to_be_done_about_a_column_is_told_of_the_column(tmp_path: Path) -> None:
    (found,) = lint_of(tmp_path, b"id,day\n1,x\n", "      control: day\n")
    assert "holds no numbers" in found
    assert found.endswith("say under 'layout' that they are: columns: {qty: {field: 4, type: integer}}")


def test_a_file_that_is_damaged_is_an_error(tmp_path: Path) -> None:
    (found,) = lint_of(tmp_path, gzip.compress(b"id,day\n1,2\n", mtime=0)[:-9])
    assert found.startswith(
        "chain.yaml:10: error: the file 'orders' cannot be read: begins like a gzip file and is dama"
    )
