"""A file whose layout its author has said: that goes first, and the rest is told from the file."""

from __future__ import annotations

import decimal
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from harness.contract.content import FileLayout, SaidLayout
from harness.contract.layout import Cell
from harness.formats.cells import Cells
from harness.formats.choices import control_mistake
from harness.formats.compression import decompressed
from harness.formats.counting import records_of
from harness.formats.guessing.values import SAMPLE_RECORDS, Typed
from harness.formats.layout import Form, Layout, Mismatch
from harness.formats.table import Column, Totals, Type, plain
from harness.formats.units import NotAsLaidOut, Unit, units


def layout_as_said(form: Form, said: SaidLayout) -> Layout:
    """The layout by the words alone; a column whose type is not said has text."""
    parts = said.units
    return Layout(
        format=form.format or format_of(said),
        compress=form.compress,
        encoding=said.encoding or "utf-8",
        line_end=(parts.ends or "\n") if parts.structure == "lines" else None,
        delimiter=parts.separators[0] if parts.separators else None,
        header=sum(kind.first or 0 for kind in parts.kinds if kind.role == "header"),
        trailer=sum(kind.last or 0 for kind in parts.kinds if kind.role == "trailer"),
        columns=tuple(Column(one.name, cast("Type", one.type or "text")) for one in said.columns),
        control=form.control,
        units=parts,
        cells={one.name: one.cell for one in said.columns},
    )


def format_of(said: SaidLayout) -> str:
    """The format's name where none is said; a structure that no format has goes by its own."""
    if said.units.structure not in ("lines", "length"):
        return said.units.structure
    if said.units.separators:
        return "csv"
    if any(column.cell.path for column in said.columns):
        return "jsonl"
    return "fixed" if said.columns else said.units.structure


def has_any_bytes(said: SaidLayout) -> bool:
    """Whether its records may have bytes in them that no text of a usual encoding has."""
    return said.units.structure == "length" or said.encoding is not None


def sampled(path: Path, layout: Layout, said: SaidLayout) -> Layout:
    """The layout with what the first records show: names of columns that a header line has, and types of columns.

    Raises Mismatch when the file is not made as its layout says.
    """
    try:
        if not layout.columns:
            layout = _named(path, layout)
        return _typed(path, layout, said)
    except NotAsLaidOut as error:
        raise not_so(error) from error


def totals_as_said(path: Path, layout: Layout, records: int | None) -> Totals:
    """What the file holds, by its units; Mismatch when it is not made of them."""
    try:
        return _totals(path, layout, records)
    except NotAsLaidOut as error:
        raise not_so(error) from error


def not_so(error: NotAsLaidOut) -> Mismatch:
    """As it is told to whoever has said the layout."""
    return Mismatch("layout", f"the file is not as its layout says: {error}")


def _units(path: Path, layout: FileLayout) -> Iterator[Unit]:
    with decompressed(path, layout.compress, layout.member) as file:
        yield from units(file, layout)


def _named(path: Path, layout: Layout) -> Layout:
    """With the names that the last header line of a file with a delimiter has for its columns."""
    if layout.format != "csv" or not layout.header:
        return layout
    described = layout.described()
    headers = itertools.takewhile(lambda unit: not unit.is_record, _units(path, described))
    last = [unit for unit in headers if unit.kind.first is not None][-1:]
    cells, names = Cells(described), list[str]()
    for unit in last:
        while (name := cells.text(unit, Cell(field=len(names) + 1))) is not None:
            names.append(name)
    if len({*names}) < len(names) or not all(names):
        return layout
    places = {name: Cell(field=number) for number, name in enumerate(names, 1)}
    return replace(layout, columns=tuple(map(Column, names)), cells=places)


def _typed(path: Path, layout: Layout, said: SaidLayout) -> Layout:
    """With the types of the columns whose type nobody has said: the narrowest that the first records have.

    What the file adds up is a number, also with zeros before it.
    """
    known = {column.name for column in said.columns if column.type is not None}
    if all(column.name in known for column in layout.columns):
        return layout
    described = layout.described()
    cells = Cells(described)
    records = itertools.islice((unit for unit in _units(path, described) if unit.is_record), SAMPLE_RECORDS)
    first = [*records]
    rows = [cells.values(unit) for unit in first]
    summed = {one.cell for stated in said.units.stated if stated.digits is None for one in stated.sums}
    columns, places = list[Column](), dict(layout.cells)
    for column in layout.columns:
        if column.name not in known:
            found = Typed.of(column.name, [row.get(column.name, "") for row in rows])
            cell = cells.columns[column.name]
            if found.column.type == "text" and cell in summed:
                column = replace(column, type=_added_up(cells, cell, first))
            else:
                column = found.column
            if found.comma:
                places[column.name] = replace(cell, comma=True)
        columns.append(column)
    return replace(layout, columns=tuple(columns), cells=places)


def _added_up(cells: Cells, cell: Cell, records: Sequence[Unit]) -> Type:
    """The type of what is added up: a number, where those that are there are numbers."""
    there = [cells.number(unit, cell) for unit in records if (cells.text(unit, cell) or "").strip()]
    numbers = [one for one in there if one is not None]
    if not numbers or len(numbers) < len(there):
        return "text"
    return "integer" if all(one == one.to_integral_value() for one in numbers) else "decimal"


def _totals(path: Path, layout: Layout, records: int | None) -> Totals:
    described = layout.described()
    if layout.control is None:
        if records is None:
            with decompressed(path, layout.compress, layout.member) as file:
                records = records_of(file, described)
        return Totals(records)
    if mistake := control_mistake(layout.control, layout.columns):
        if layout.position_of_control is not None and not any(unit.is_record for unit in _units(path, described)):
            return Totals(0, 0)  # a night without records, which cannot show that the column has numbers
        raise Mismatch("control", mistake)
    cells = Cells(described)
    cell, total, count = cells.columns[layout.control], decimal.Decimal(0), 0
    for unit in _units(path, described):
        if unit.is_record:
            count += 1
            total += _number(cells, unit, cell, count)
    is_whole = next(one for one in layout.columns if one.name == layout.control).type == "integer"
    return Totals(count if records is None else records, int(total) if is_whole else plain(total))


def _number(cells: Cells, unit: Unit, cell: Cell, record: int) -> decimal.Decimal:
    number = cells.number(unit, cell)
    if number is None and (text := cells.text(unit, cell)):
        raise Mismatch("control", f"record {record} has {text!r} in it, expected a number")
    return number or decimal.Decimal(0)
