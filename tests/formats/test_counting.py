"""Records are counted as the csv module would, on whatever text."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import formats
from harness.contract.layout import Cell, Kind, UnitLayout
from harness.formats import Column, Form, Table, counting
from harness.formats.counting import count, records_of
from harness.formats.plain_lines import is_plain
from harness.formats.units import units


def counted(text: str, delimiter: str | None = ",") -> int:
    return count(io.BytesIO(text.encode()), delimiter).records


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('a,"x\ny"\nb,c\n', 2),
        ('a,5" pipe\nb,6" pipe\n', 2),
        ('a,"5"" pipe"\nb,"x""\n\n"\n', 2),
        ('"a" "b\nc\n', 2),
        ('"open\nfor\never', 1),
        ("a\n\n \nb", 2),
        ("", 0),
    ],
)
def test_a_line_end_in_quotes_ends_no_record(text: str, records: int) -> None:
    assert counted(text) == records


def test_quotes_mean_nothing_where_there_is_no_delimiter() -> None:
    assert counted('{"a": "\\""}\n{"a": 1}\n"\n', None) == 3


@pytest.mark.parametrize("seed", range(8))
def test_any_text_has_as_many_records_as_the_csv_module_finds(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(2000):
        text = "".join(dice.choices('",\na"', k=dice.randrange(14)))
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
        assert counted(text) == len(rows), repr(text)


@pytest.mark.parametrize("seed", range(4))
def test_blocks_are_counted_like_lines(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_BLOCK_BYTES", 7)
    dice = random.Random(seed)
    for _ in range(2000):
        text = "".join(dice.choices("\n\r ab", weights=(2, 1, 1, 5, 5), k=dice.randrange(60)))
        lines = [line for line in text.split("\n") if line.strip()]
        found = count(io.BytesIO(text.encode()))
        assert found.records == len(lines), repr(text)
        # A line that is longer than a block may be told by its beginning alone.
        assert not lines or lines[-1].encode().startswith(found.last.rstrip(b"\n")), repr(text)


@pytest.mark.parametrize("name", ["csv", "fixed", "jsonl"])
def test_plain_lines_are_counted_alike_by_blocks_and_by_units(tmp_path: Path, name: str) -> None:
    columns = (Column("id", "integer", 6), Column("name", "text", 20))
    layout = formats.made_layout(Form(format=name, trailer=1), columns, "id")
    path = tmp_path / "file"
    with path.open("wb") as out:
        formats.write(Table(columns, [(at, 'a "b",') for at in range(70)], "id"), layout, out)
    described = layout.described()
    assert is_plain(described)
    with path.open("rb") as file:
        assert records_of(file, described) == 70
    with path.open("rb") as file:
        assert sum(unit.is_record for unit in units(file, described)) == 70


@pytest.mark.parametrize(
    "change",
    [
        {"ends": "\r"},
        {"release": "?"},
        {"quote": None},
        {"separators": (",", ":")},
        {"kinds": (Kind(name="records", role="record", starts=("D,",)),)},
        {"kinds": (Kind(name="header", role="header", first=2), Kind(name="records", role="record"))},
    ],
)
def test_what_is_no_plain_line_is_counted_by_units(change: dict[str, Any]) -> None:
    layout = formats.made_layout(Form(format="csv", trailer=0), (Column("id"),), None).described()
    assert is_plain(layout)
    assert layout.units is not None
    assert not is_plain(replace(layout, units=replace(layout.units, **change)))
    assert not is_plain(replace(layout, encoding="utf-16"))
    assert not is_plain(replace(layout, columns=(replace(layout.columns[0], cell=Cell(field=2)),)))


def test_lines_with_parts_are_counted_by_their_records() -> None:
    kinds = (Kind(name="parts", role="part", starts=("88",)), Kind(name="records", role="record"))
    layout = formats.made_layout(Form(format="csv", trailer=0, header=0), (Column("id"),), None).described()
    made = replace(layout, units=UnitLayout(kinds=kinds, separators=(",",)))
    assert records_of(io.BytesIO(b"16,a\n88,b\n88,c\n16,d\n"), made) == 2
