"""What is wrong with the words of a layout is told by lint at its line: what was found, and what to do."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from harness.chain.layouts.words import LayoutWords
from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.values.yaml_source import read

CHAIN = """
chain: feed
owner: data-ops
runbook: runbook.md
deadline: "06:00"
files:
  orders:
    name: "orders_{date:%Y%m%d}.txt"
    arrives: "01:30"
    content:
      copy: orders.txt
      layout:
LAYOUTjobs:
  load: {run: [python, load.py], at: "02:00", rules: [{when: failed, do: page}]}
"""
FIRST = 12
"""The line of a layout's first key."""

LINES = """
delimiter: "|"
header: {starts: "H|"}
records: {starts: "D|", parts: "C|"}
trailer: {starts: "T|"}
columns: [type, day, sku, qty]
states:
  - {trailer: 2, counts: records}
  - {trailer: 3, sums: qty}
"""


def chain_of(tmp_path: Path, layout: str) -> Path:
    (tmp_path / "orders.txt").write_text("H|1\nD|2026-11-23|SKU1|5\nT|1|5\n")
    (tmp_path / "load.py").write_text("")
    (tmp_path / "runbook.md").write_text("Look at it.")
    path = tmp_path / "chain.yaml"
    path.write_text(CHAIN.lstrip().replace("LAYOUT", textwrap.indent(textwrap.dedent(layout).lstrip("\n"), " " * 8)))
    return path


def told(tmp_path: Path, layout: str) -> list[str]:
    """Each error of lint as its line of the layout, from 1, and its text."""
    found = [one for one in lint(chain_of(tmp_path, layout)) if one.severity == "error"]
    return [f"{one.line - FIRST + 1}: {one.text}" for one in found]


def test_a_layout_without_mistakes_is_told_none(tmp_path: Path) -> None:
    assert told(tmp_path, LINES) == []


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (
            "like: nacah\n",
            (
                "1: unknown layout 'nacah'. Did you mean 'nacha'? "
                "Known: bai2, camt053, edifact, mt940, nacha, pain001, x12"
            ),
        ),
        (
            "delimitter: '|'\n",
            (
                "1: unknown key 'delimitter'. Did you mean 'delimiter'? Known: like, structure, length, encoding, "
                "ends, delimiter, components, release, quote, header, records, trailer, filling, groups, columns, "
                "states"
            ),
        ),
        ("structure: line\n", "1: found 'line', expected lines, length, segments, json or xml"),
        (
            "delimiter: '|'\ncomponents: '::'\n",
            """2: found '::', expected one character, such as "|" or "\\t\"""",
        ),
        (
            'delimiter: "|"\nquote: "\\"\\""\n',
            """2: found '""', expected one character, or none where quotes mean nothing""",
        ),
        (
            'delimiter: ";"\nquote: ";"\n',
            "2: found ';' as quote and as delimiter, expected different characters",
        ),
        (
            "encoding: cp03\n",
            (
                "1: unknown encoding 'cp03'. Did you mean 'cp037'? "
                "Expected one of Python's encodings of text, such as utf-8, utf-16, latin-1, cp037"
            ),
        ),
        (
            "encoding: base64\n",
            (
                "1: unknown encoding 'base64'. "
                "Expected one of Python's encodings of text, such as utf-8, utf-16, latin-1, cp037"
            ),
        ),
        ("components: ':'\n", "1: found components without a delimiter, expected both: components are parts of fields"),
        (
            "structure: length\n",
            "1: found structure: length without 'length', expected how many bytes a piece has: length: 80",
        ),
        (
            "structure: lines\nlength: 80\n",
            "2: found length beside structure: lines; only pieces without ends have one: drop it",
        ),
        (
            'length: 80\nends: "\\n"\n',
            "2: found 'ends' in a file of pieces of a length, which have none: drop it, or 'length'",
        ),
        (
            'length: 80\ndelimiter: ";"\n',
            "2: found 'delimiter' in a file of pieces of a length, which have none: drop it, or 'length'",
        ),
        (
            'delimiter: ";"\ncolumns:\n  day: {start: 0, width: 10}\n',
            "3: found start in a file with a delimiter, expected field: values there have no fixed place",
        ),
        (
            "header: 'H|'\n",
            (
                "1: found 'H|', expected a number of lines from 1, or how they are known: "
                '{starts: "H|"}, or a list of these'
            ),
        ),
        (
            "header: 0\n",
            (
                "1: found 0, expected a number of lines from 1, or how they are known: "
                '{starts: "H|"}, or a list of these; drop it where there are none'
            ),
        ),
        (
            "header: {first: 1, starts: 'H|'}\n",
            "1: unknown key 'first'. Known: name, starts, at, is, field",
        ),
        (
            "header: [1, {starts: 'H|'}]\n",
            "1: found 1 beside another sign, expected a number of lines, or how they are known",
        ),
        (
            "trailer: {starts: 'T|', is: T}\n",
            "1: found starts and is, expected one of them: the beginning of the unit, or a whole field",
        ),
        ("trailer: {}\n", '1: found no sign, expected starts: "D|", or field: 1 and is: "D"'),
        ("trailer: {at: 3}\n", "1: found at without starts, expected both: at which character, and what stands there"),
        ("trailer: {field: 3}\n", "1: found field without is, expected both: which field, and what it has in it"),
        ("filling: 1\n", '1: found 1, expected how filling is known, such as {starts: "9999"}'),
        (
            "records: /data\n",
            (
                """1: found '/data', expected how records are known, such as {starts: "D|"}; """
                "a pointer or a name is of structure: json or xml"
            ),
        ),
        (
            "structure: json\nrecords: data\n",
            "2: found 'data', expected a pointer to the array of records, such as /data (RFC 6901)",
        ),
        (
            "structure: json\nrecords: {starts: x}\n",
            (
                "2: found a mapping, expected a pointer to the array, such as /data: "
                "a document of json is known by its names"
            ),
        ),
        ("structure: json\nheader: 1\n", "2: found 'header' in a document of json, which has none: drop it"),
        (
            "structure: xml\n",
            "0: found no records, expected the name of the element that a record is: records: Ntry",
        ),
        (
            "structure: xml\nrecords: Stmt/Ntry\n",
            "2: found 'Stmt/Ntry', expected the name of an element alone, such as Ntry",
        ),
        (
            "structure: xml\nrecords: Ntry\ngroups: {Stmt: {opens: {starts: x}, closes: {starts: y}}}\n",
            "3: found a mapping, expected the names of elements: groups: [PmtInf]",
        ),
        (
            "groups: [batch]\n",
            """1: found a list, expected what opens and closes each: {batch: {opens: {starts: "5"}, closes: …}}""",
        ),
        (
            "groups:\n  batch: {opens: {starts: '5'}}\n",
            """2: found a group without closes, expected both: {opens: {starts: "5"}, closes: {starts: "8"}}""",
        ),
        (
            "columns: [day, qty]\n",
            (
                "1: found columns by position in lines without a delimiter: "
                "say 'delimiter', or of each column start and width, or (of JSON lines) path"
            ),
        ),
        ('delimiter: "|"\ncolumns: [day, qty, day]\n', "2: found 'day' twice, expected each column once"),
        (
            "columns:\n  day: {type: date}\n",
            "2: found no place, expected one of: field: NUMBER; start: and width:; path: NAMES",
        ),
        ("columns:\n  day: {start: 3}\n", "2: found 'start' without 'width', expected both"),
        (
            "columns:\n  day: 3\n",
            "2: found a field in a file without a delimiter: say 'delimiter', or start and width",
        ),
        (
            "structure: json\ncolumns:\n  day: 3\n",
            "3: found 'field' in a document of json, expected a path of names, such as path: total/count",
        ),
        (
            'delimiter: "|"\ncolumns:\n  day: {path: day}\n',
            "3: found a path in lines, expected field",
        ),
        (
            'delimiter: "|"\ncolumns:\n  day: {field: 1, component: 2}\n',
            "3: found a component, and no 'components': say which character stands between them",
        ),
        (
            "columns:\n  n: {start: 1, width: 4, packed: true, comma: true}\n",
            "2: found a comma in a packed number, which has no characters: drop it",
        ),
        (
            "columns:\n  n: {start: 1, width: 4, type: nummer}\n",
            "2: found 'nummer', expected text, integer, decimal, date or timestamp",
        ),
        (
            LINES + "  - {header: 2}\n",
            "9: found neither counts nor sums, expected one of them, such as counts: records",
        ),
        (
            LINES + "  - {header: 2, counts: records, sums: qty}\n",
            "9: found counts and sums, expected one of them, such as counts: records",
        ),
        (
            LINES + "  - {counts: records}\n",
            "9: found no kind of lines, expected trailer: FIELD, header: FIELD, or in: KIND with a place",
        ),
        (
            LINES + "  - {in: trailr, field: 4, counts: records}\n",
            "9: unknown kind of lines 'trailr'. Did you mean 'trailer'? Known: header, trailer, records, parts",
        ),
        (
            LINES + "  - {trailer: 4, counts: record}\n",
            (
                "9: unknown word for what is counted 'record'. Did you mean 'records'? "
                "Known: records, lines, record lines, header, trailer, parts"
            ),
        ),
        (
            LINES + "  - {trailer: 4, sums: qtty}\n",
            (
                "9: unknown column 'qtty'. Did you mean 'qty'? Known: type, day, sku, qty; "
                "name it under 'columns', or write its place instead"
            ),
        ),
        (
            LINES + "  - {trailer: 4, sums: {of: record, field: 4}}\n",
            "9: unknown kind of lines 'record'. Did you mean 'records'? Known: header, trailer, records, parts",
        ),
        (
            "delimiter: '|'\ntrailer: 1\ncolumns: {day: {field: 2, type: date}}\nstates: [{trailer: 2, sums: day}]\n",
            "4: the column 'day' is a date, expected a column of numbers to add up",
        ),
        (
            LINES + "  - {trailer: 4, counts: lines, within: batch}\n",
            "9: unknown group 'batch'. Known: none",
        ),
        (
            LINES + "  - {trailer: 4, counts: lines, only: {column: typ, is: D}}\n",
            (
                "9: unknown column 'typ'. Did you mean 'type'? Known: type, day, sku, qty; "
                "name it under 'columns', or write its place instead"
            ),
        ),
        (
            LINES + "  - {trailer: 4, counts: lines, digits: 8}\n",
            "9: found 'digits' without sums: it is said of what sums something; drop it",
        ),
        (
            "delimiter: '|'\ntrailer: [{starts: T1}, {starts: T2}]\nstates: [{trailer: 2, counts: records}]\n",
            "3: found 'trailer', which is no kind of lines here: write in: KIND. Known: trailer 1, trailer 2, records",
        ),
    ],
)
def test_a_mistake_in_a_layout_is_told_at_its_line(tmp_path: Path, layout: str, expected: str) -> None:
    assert told(tmp_path, layout) == [expected]


def test_all_mistakes_of_a_layout_are_told_at_once(tmp_path: Path) -> None:
    found = told(tmp_path, "like: nope\nends: ''\nstructure: x\nheader: y\nstates: 7\n")
    assert [one.partition(":")[0] for one in found] == ["1", "2", "3", "4", "5"]


BESIDE = CHAIN.lstrip().replace("      layout:\nLAYOUT", "      layout: {header: 1}\n")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("header: 1", "11: found 'header' beside a layout, which says that itself: move it under 'layout'"),
        ("delimiter: ';'", "11: found 'delimiter' beside a layout, which says that itself: move it under 'layout'"),
        (
            "format: parquet",
            "12: found a layout of a parquet file, which is not read by its bytes: drop one of the two",
        ),
    ],
)
def test_what_stands_beside_a_layout_and_says_the_same_is_told(tmp_path: Path, content: str, expected: str) -> None:
    path = chain_of(tmp_path, "header: 1\n")
    path.write_text(path.read_text().replace("      layout:", f"      {content}\n      layout:"))
    assert [f"{one.line}: {one.text}" for one in lint(path) if one.severity == "error"] == [expected]


def test_a_file_that_the_harness_writes_takes_no_layout(tmp_path: Path) -> None:
    path = chain_of(tmp_path, "header: 1\n")
    path.write_text(path.read_text().replace("copy: orders.txt", "factory: forecast"))
    told = "found a layout of a file that is written here, whose layout is known: drop it; "
    told += "header, trailer, delimiter and control say how the file is written"
    assert [f"{one.line}: {one.text}" for one in lint(path) if one.severity == "error"] == [f"11: {told}"]


def test_a_consumer_that_reads_a_file_has_the_same_words(tmp_path: Path) -> None:
    path = chain_of(tmp_path, LINES)
    consumer = """
        folders: {outbox: {}}
        consumers:
          portal:
            kind: folder
            folder: outbox
            name: "out_{date}.txt"
            key: [sku]
            layout: {delimiter: ";", header: 1, columns: [sku, qty], states: [{trailer: 2, counts: records}]}
    """
    path.write_text(path.read_text() + textwrap.dedent(consumer))
    text = "found 'trailer', which is no kind of lines here: write in: KIND. Known: header, records"
    assert [one.text for one in lint(path) if one.severity == "error"] == [text]
    path.write_text(path.read_text().replace("header: 1, columns", "header: 1, trailer: 1, columns"))
    assert [one.text for one in lint(path) if one.severity == "error"] == []


JUNK: tuple[Any, ...] = (None, 7, -1, True, "", "x", [], ["x", 7], {}, {"x": {"y": [7]}}, [[]], [{}])

EVERYTHING = {
    "like": "nacha",
    "structure": "lines",
    "encoding": "utf-8",
    "ends": "\n",
    "delimiter": "|",
    "components": ":",
    "release": "?",
    "quote": "none",
    "header": [{"starts": ["H1", "H2"], "at": 1, "name": "h"}, {"is": "X", "field": 2}],
    "records": [{"starts": "D|", "parts": {"starts": "C"}}, {"starts": "E", "parts": ["F"]}],
    "trailer": {"starts": "T"},
    "filling": {"starts": "9"},
    "groups": {"batch": {"opens": {"starts": "5"}, "closes": {"starts": "8"}}},
    "columns": {"qty": 5, "day": {"field": 2, "type": "date", "negative": {"field": 3, "is": "-"}}},
    "states": [
        {"trailer": 2, "counts": ["records"], "per": 10, "itself": False, "within": "batch"},
        {"in": "batch closes", "field": 2, "sums": ["qty", {"of": "records", "field": 3}], "digits": 10},
        {"trailer": {"field": 3}, "sums": "qty", "only": {"column": "day", "is": ["a"]}, "name": "n"},
    ],
}


def places(data: Any, location: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [location, *(place for key, value in entries for place in places(value, (*location, key)))]


def with_junk(data: Any, location: tuple[Any, ...], junk: Any) -> Any:
    if not location:
        return junk
    copied = dict(data) if isinstance(data, dict) else list(data)
    copied[location[0]] = with_junk(copied[location[0]], location[1:], junk)
    return copied


@pytest.mark.parametrize("structure", ["lines", "segments", "xml"])
def test_whatever_stands_in_the_wrong_place_is_a_mistake_and_never_a_crash(structure: str) -> None:
    words = EVERYTHING | {"structure": structure}
    for place in places(words):
        for junk in JUNK:
            told = mistakes(with_junk(words, place, junk))
            # Words of the validation library are none of the author's.
            assert not any("Input should" in one for one in told), (place, junk, told)


def mistakes(words: Any) -> list[str]:
    try:
        LayoutWords.model_validate(words)
    except ValidationError as error:
        return [one["msg"] for one in error.errors()]
    return []


def test_all_the_words_at_once_are_a_layout(tmp_path: Path) -> None:
    path = chain_of(tmp_path, "header: 1\n")
    data = json.loads(json.dumps(read(path, "a chain").data))
    data["files"]["orders"]["content"]["layout"] = EVERYTHING
    path.write_text(json.dumps(data))
    assert load_chain(path).files["orders"].content.form.layout is not None


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("delimiter:", "delimeter:", "1: unknown key 'delimeter'. Did you mean 'delimiter'? Known: like, "),
        (
            'trailer: {starts: "T|"}',
            "trailer: {starts: 9}",
            '4: found 9, expected text in quotes, such as "9", or a list',
        ),
        (
            'trailer: {starts: "T|"}',
            "trailer: true",
            "4: found true, expected a number of lines from 1, or how they are",
        ),
        (
            "[type, day, sku, qty]",
            "{qty: {field: 4, type: number}}",
            "5: found 'number', expected text, integer, decimal, ",
        ),
        ('delimiter: "|"', 'delimiter: "|"\nencoding: utf_08', "2: unknown encoding 'utf_08'. Did you mean 'utf-8'? "),
    ],
)
def test_a_mistake_is_told_alone_with_what_to_do(tmp_path: Path, was: str, now: str, expected: str) -> None:
    (found,) = told(tmp_path, LINES.replace(was, now))
    assert found.startswith(expected)


def test_one_stated_number_stands_for_a_list_of_it(tmp_path: Path) -> None:
    head, _, _ = LINES.partition("states:")
    assert told(tmp_path, f"{head}states: {{trailer: 2, counts: records}}\n") == []


def test_a_known_layout_is_no_text(tmp_path: Path) -> None:
    path = chain_of(tmp_path, "")
    path.write_text(path.read_text().replace("layout:\n", "layout: nacha\n"))
    assert "found 'nacha', expected a mapping: layout: {like: nacha}" in "".join(map(str, lint(path)))
