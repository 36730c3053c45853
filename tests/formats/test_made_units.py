"""What the files that the harness writes are made of, and those of users' own formats."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness import formats
from harness.contract.layout import Cell, Kind, UnitLayout
from harness.errors import AuthorError
from harness.formats import FORMATS, Column, Form, Layout, Table, Totals, file_format
from harness.formats.cells import Cells
from harness.formats.figures import told
from harness.formats.units import units

COLUMNS = (Column("site", width=12), Column("pieces", "integer", 6), Column("price", "decimal", 9))
ROWS = [["Lyon", 3, Decimal("1.50")], ['5" "x"; a|b', 12, Decimal("-2.25")], ["a,b", 7, Decimal("0.10")]]


def made(form: Form, control: str | None) -> tuple[bytes, formats.Layout]:
    layout = formats.made_layout(form, COLUMNS, control)
    out = io.BytesIO()
    formats.write(Table(COLUMNS, ROWS, control), layout, out)
    return out.getvalue(), layout


@pytest.mark.parametrize("control", ["pieces", "price", None])
@pytest.mark.parametrize(
    "form",
    [
        Form(),
        Form(delimiter="|"),
        Form(header=0, trailer=0),
        Form(format="fixed"),
        Form(format="fixed", header=1),
        Form(format="jsonl"),
        Form(format="jsonl", trailer=1),
    ],
    ids=str,
)
def test_a_file_that_is_made_is_what_its_layout_says(form: Form, control: str | None) -> None:
    data, layout = made(form, control)
    described = layout.described()
    found = [*units(io.BytesIO(data), described)]
    assert b"".join(unit.data for unit in found) == data
    assert [unit.kind.name for unit in found] == (
        ["header"] * layout.header + ["records"] * len(ROWS) + ["trailer"] * layout.trailer
    )
    cells = Cells(described)
    records = [unit for unit in found if unit.is_record]
    assert [cells.number(unit, cells.columns["pieces"]) for unit in records] == [3, 12, 7]
    expected = [("record count", 3)] if layout.trailer else []
    if control and layout.trailer:
        expected.append(("control total", 22 if control == "pieces" else Decimal("-0.65")))
    assert [(one.stated.name, one.states) for one in told(found, described)] == expected
    assert [one.comes_to for one in told(found, described)] == [number for _, number in expected]


def test_bytes_of_parquet_are_no_units() -> None:
    assert formats.made_layout(Form(format="parquet"), COLUMNS, None).described().units is None


@pytest.fixture
def own_format() -> Iterator[None]:
    known = dict(FORMATS)
    yield
    for name in {*FORMATS} - {*known}:
        del FORMATS[name]


def write(table: Table, layout: Layout, out: Any) -> Totals:
    return table.totals


def bars(layout: Layout) -> UnitLayout:
    kinds = Kind(name="header", role="header", starts=("#",)), Kind(name="records", role="record")
    return UnitLayout(separators=(layout.columns[0].name[0],), kinds=kinds)


@pytest.mark.usefixtures("own_format")
def test_a_format_of_ones_own_says_what_its_files_are_made_of(tmp_path: Path) -> None:
    file_format("barred", write, units=bars)
    layout = formats.made_layout(Form(format="barred"), COLUMNS, None)
    assert layout.described().units == bars(layout)
    assert bars(layout).separators == ("s",)


@pytest.mark.usefixtures("own_format")
def test_so_may_what_finds_a_file_of_it(tmp_path: Path) -> None:
    kinds = (Kind(name="records", role="record"),)
    said = UnitLayout(structure="length", length=3, kinds=kinds)

    def find(path: Path, form: Form) -> tuple[Layout, Totals]:
        return Layout(format="threes", units=said, cells={"a": Cell(start=0, width=3)}), Totals(2)

    file_format("threes", write, find=find, units=bars)
    layout, _ = formats.find_layout(tmp_path / "f", Form(format="threes"))
    assert layout.described().units == said


@pytest.mark.usefixtures("own_format")
def test_a_format_of_text_that_says_nothing_is_lines_and_one_of_bytes_is_not_known() -> None:
    file_format("plain", write, header=1, trailer=1)
    file_format("packed", write, text=False)
    found = formats.made_layout(Form(format="plain"), COLUMNS, None).described().units
    assert found is not None
    assert [(kind.role, kind.first, kind.last) for kind in found.kinds] == [
        ("header", 1, None), ("trailer", None, 1), ("record", None, None),
    ]  # fmt: skip
    assert formats.made_layout(Form(format="packed"), COLUMNS, None).described().units is None


def test_a_function_of_units_that_cannot_be_called_is_refused() -> None:
    with pytest.raises(AuthorError, match=r"format 'wrong': units: .*; expected units\(layout\)"):
        file_format("wrong", write, units=lambda: UnitLayout())  # type: ignore[misc,arg-type]
