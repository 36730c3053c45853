"""Values in JSON: only their own bytes change, and their types stay."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from harness.contract.layout import Cell, UnitLayout
from harness.formats.cells import Cells, NoRoom
from harness.formats.units import Unit
from tests.formats.cells.samples import HEADER, RECORD, TRAILER, column, kind, layout, units

LINES = Cells(layout(UnitLayout(), map(column, ("id", "name", "qty", "in/out", "ok")), form="jsonl"))


def record(text: str) -> Unit:
    return Unit(RECORD, f"{text}\n".encode(), 1)


def changed(text: str, path: str, new: str) -> str:
    return LINES.with_text(record(text), Cell(path=tuple(path.split("."))), new).data.decode().removesuffix("\n")


def told(text: str, path: str) -> str | None:
    return LINES.text(record(text), Cell(path=tuple(path.split("."))))


@pytest.mark.parametrize(
    ("text", "path", "new", "after"),
    [
        ('{"a": 1.50, "b": 2}', "a", "2.50", '{"a": 2.50, "b": 2}'),
        ('{"a": 1,"b":2}', "b", "12345678901234567890123", '{"a": 1,"b":12345678901234567890123}'),
        ('{"a": "1"}', "a", "2", '{"a": "2"}'),
        ('{"a": {"b": [1, {"c": "x"}]}}', "a.b.1.c", "y", '{"a": {"b": [1, {"c": "y"}]}}'),
        ('{"a": 1, "a": 2}', "a", "3", '{"a": 1, "a": 3}'),
        ('{"a": {"b": 1}, "a": {"b": 2, "b": 4}}', "a.b", "3", '{"a": {"b": 1}, "a": {"b": 2, "b": 3}}'),
        ('{"b": {"a": 1}, "a": 2}', "a", "3", '{"b": {"a": 1}, "a": 3}'),
        ('{"a": "a\\": 1", "b": 2}', "b", "3", '{"a": "a\\": 1", "b": 3}'),
        ('{"\\u0061": 1}', "a", "3", '{"\\u0061": 3}'),
        ('{"a": "x"}', "a", 'say "ü"\n', '{"a": "say \\"ü\\"\\n"}'),
        ('{"a": "\\u00fc"}', "a", "é/", '{"a": "\\u00e9/"}'),
        ('{"a": "\\u00FC"}', "a", "é", '{"a": "\\u00E9"}'),
        ('{"a": "x", "b": "\\u00fc"}', "a", "é", '{"a": "\\u00e9", "b": "\\u00fc"}'),
        ('{"a": "x", "b": "ü\\u00fc"}', "b", "é", '{"a": "x", "b": "é"}'),
        ('{"a": "http:\\/\\/x"}', "a", "y/", '{"a": "y\\/"}'),
        ('{"a": "a\tb\\u0063\\td"}', "a", "a\tbc\tD", '{"a": "a\tb\\u0063\\tD"}'),
        ('{"a": "\\ud83d\\ude00/x"}', "a", "😀/y", '{"a": "\\ud83d\\ude00/y"}'),
        ('{"a": "xx"}', "a", "x", '{"a": "x"}'),
        ('{"a": null}', "a", "x", '{"a": "x"}'),
        ('{"a": null}', "a", "1.5", '{"a": 1.5}'),
        ('{"a": 1}', "a", "", '{"a": null}'),
        ('{"a": "1"}', "a", "", '{"a": ""}'),
        ('{"a": true}', "a", "false", '{"a": false}'),
        ('{"a": [1, 2]}', "a", "[3]", '{"a": [3]}'),
        ('{ "a" : 1 , "b" : [ ] }', "a", "2", '{ "a" : 2 , "b" : [ ] }'),
    ],
)
def test_a_value_changes_alone(text: str, path: str, new: str, after: str) -> None:
    assert changed(text, path, new) == after
    assert told(after, path) == new


@pytest.mark.parametrize(
    ("text", "path", "new", "why"),
    [
        ('{"a": 1}', "a", "x", "found 'x' for the JSON number 1, expected a number"),
        ('{"a": 1}', "a", "007", "found '007' for the JSON number 1, expected a number"),
        ('{"a": true}', "a", "1", "found '1' for the JSON value true, expected true or false"),
        ('{"a": [1]}', "a", "x", r"found 'x', expected JSON that begins with \["),
        ('{"a": 1}', "b", "x", "found no value at b in '{\"a\": 1}', expected one"),
        ('{"a": {"b": 1}, "a": 2}', "a.b", "x", "found no value at a/b"),
    ],
)
def test_a_type_stays(text: str, path: str, new: str, why: str) -> None:
    with pytest.raises(NoRoom, match=why):
        changed(text, path, new)


def test_values_are_told_as_they_are_written() -> None:
    unit = record('{"id": 12345678901234567890, "name": null, "qty": 1.50, "in/out": {"a": [1.0]}, "ok": true}')
    assert LINES.values(unit) == {"id": "12345678901234567890", "name": "", "qty": "1.50", "ok": "true"} | {
        "in/out": '{"a": [1.0]}'
    }
    assert LINES.text(unit, Cell(path=("in/out",))) == '{"a": [1.0]}'
    assert LINES.values(record("no json")) == {}
    assert LINES.text(record("no json"), Cell(path=("id",))) is None


@pytest.mark.parametrize(
    ("text", "number", "after"),
    [
        ("1.50", "2.5", "2.50"),
        ("1", "2", "2"),
        ("1", "2.5", "2.5"),
        ("-1", "2", "2"),
        ("1e3", "1001", "1001"),
        ("1.5E2", "151", "151"),
        ('"1.50"', "-7", '"-7.00"'),
        ('"0012"', "7", '"0007"'),
        ("12345678901234567890123456789012345678901.5", "12345678901234567890123456789012345678902", None),
    ],
)
def test_a_number_keeps_its_form(text: str, number: str, after: str | None) -> None:
    unit, cell = record(f'{{"a": {text}}}'), Cell(path=("a",))
    now = LINES.with_number(unit, cell, Decimal(number))
    assert now == record(f'{{"a": {after or number + ".0"}}}')
    assert LINES.number(now, cell) == Decimal(number)


def test_what_is_equal_stays_as_it_is_written() -> None:
    unit = record('{"a": 1e3}')
    assert LINES.with_number(unit, Cell(path=("a",)), Decimal(1000)) is unit


DOCUMENT = """\ufeff{"meta": {"rows": 2, "source": "x"}, "rows": 9, "data": {"rows": 8, "orders":  [
  {"id": 1, "v": [1, {"w": "a,]"}]},
  {"id": 2, "v": null} ], "rows": 3}, "total": {"sum": 3.00}, "meta": 1}
"""


def test_what_stands_around_an_array_has_its_path_from_the_root() -> None:
    made = layout(
        UnitLayout(
            structure="json",
            records=("data", "orders"),
            kinds=(kind("header", "header"), RECORD, kind("trailer", "trailer")),
        ),
        form="json",
    )
    header, first, second, trailer = units(DOCUMENT.encode(), made)
    cells = Cells(made)

    def at(unit: Unit, path: str) -> str | None:
        return cells.text(unit, Cell(path=tuple(path.split("."))))

    assert [at(header, "meta.rows"), at(header, "rows"), at(header, "data.rows")] == ["2", "9", "8"]
    assert [at(first, "id"), at(first, "v.1.w"), at(second, "v")] == ["1", "a,]", ""]
    assert [at(trailer, "data.rows"), at(trailer, "total.sum"), at(trailer, "meta")] == ["3", "3.00", "1"]
    assert [at(trailer, "rows"), at(header, "total.sum"), at(trailer, "id")] == [None, None, None]
    now = cells.with_number(trailer, Cell(path=("total", "sum")), Decimal(1))
    assert now.data == trailer.data.replace(b"3.00", b"1.00")


def test_a_trailer_of_json_lines_has_its_path() -> None:
    trailer = Unit(TRAILER, b'{"trailer": {"records": 12, "control_total": 7.50}}\n', 1)
    now = LINES.with_number(trailer, Cell(path=("trailer", "control_total")), Decimal(10))
    assert now.data == b'{"trailer": {"records": 12, "control_total": 10.00}}\n'
    header = Unit(HEADER, b'\xef\xbb\xbf{"a": 1}\n', 1)
    assert LINES.with_text(header, Cell(path=("a",)), "2").data == b'\xef\xbb\xbf{"a": 2}\n'


@pytest.mark.parametrize("seed", range(20))
def test_any_value_of_any_element_changes_and_changes_back(seed: int) -> None:
    dice = random.Random(seed)

    def anything(depth: int) -> Any:
        if depth and dice.random() < 0.5:
            if dice.random() < 0.5:
                return [anything(depth - 1) for _ in range(dice.randrange(4))]
            return {dice.choice('ab"\\é'): anything(depth - 1) for _ in range(dice.randrange(4))}
        return dice.choice([1, -2.5, "x", 'é"\\\n', "", "12", 10**30])

    def leaves(value: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
        if inner is None:
            return [(path, value)]
        return [leaf for key, one in inner for leaf in leaves(one, (*path, str(key)))]

    element = {"é": anything(3), "b": anything(4), "c": "é"}
    indent, ascii_alone = dice.choice([None, 1]), dice.random() < 0.5
    unit = record(json.dumps(element, indent=indent, ensure_ascii=ascii_alone))
    for path, value in leaves(element, ()):
        new = "ö7" if isinstance(value, str) else "77"
        now = LINES.with_text(unit, Cell(path=path), new)
        was, json_now = dict(leaves(element, ())), dict(leaves(json.loads(now.data), ()))
        assert json_now == was | {path: new if isinstance(value, str) else 77}
        assert LINES.with_text(now, Cell(path=path), value if isinstance(value, str) else json.dumps(value)) == unit
