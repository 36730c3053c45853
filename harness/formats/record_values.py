"""Where the numbers and texts of records stand that may be others: none that tells what a record is, or its sign."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.content import FileLayout
from harness.contract.layout import DOCUMENTS, RECORDS, Cell, Kind, Summand, UnitLayout
from harness.formats.cells import Cells
from harness.formats.table import NUMBERS

WHOLE_LINE = Cell(start=0)
"""Every line of a record, where any letter of it is as good as another."""


def number_cells(layout: FileLayout, kind: Kind | None = None) -> list[Cell]:
    """Where numbers stand in records of a kind, or of any: those of the column that is added up, if there is one.

    Else all others that are added up, else the columns of numbers (the first column last, for it is most often a
    key), else what only a hash total is of: account numbers, which are others' keys.
    """
    columns = Cells(layout).columns
    if layout.control is not None and layout.control in columns:
        return [columns[layout.control]]
    units = layout.units or UnitLayout()
    records = {one.name for one in units.kinds if one.role == "record"} | {RECORDS}
    stated = sorted(units.stated, key=lambda one: one.only is not None)
    summed = [summand for one in stated if one.digits is None for summand in one.sums if summand.kind in records]
    hashed = [summand for one in stated if one.digits is not None for summand in one.sums if summand.kind in records]
    kinds, marks = [one for one in units.kinds if one.role == "record"], list(mark_cells(layout))
    keys = {summand.cell for summand in hashed}
    typed = [columns[column.name] for column in layout.columns if column.type in NUMBERS]
    typed = [cell for cell in typed if cell not in keys and not any(_meet(cell, mark) for mark in marks)]
    typed = [cell for cell in typed if not any(tells(one, cell, layout) for one in kinds)]
    first = next(iter(columns.values()), None)
    typed.sort(key=lambda cell: cell == first)
    found = summed or [Summand(cell=cell) for cell in typed] or hashed
    return list(dict.fromkeys(one.cell for one in found if kind is None or one.kind in (RECORDS, kind.name)))


def text_cells(layout: FileLayout) -> list[Cell]:
    """Where texts stand in records: their columns, and the `WHOLE_LINE` where names and values are not told apart."""
    columns, marks = Cells(layout).columns, list(mark_cells(layout))
    texts = [columns[column.name] for column in layout.columns if column.type == "text"]
    texts = [cell for cell in texts if not any(_meet(cell, mark) for mark in marks)]
    has_names = layout.format == "jsonl" or any(cell.path for cell in columns.values())
    if layout.units is None or layout.units.structure in DOCUMENTS or has_names:
        return texts
    return [*texts, WHOLE_LINE]


def mark_cells(layout: FileLayout) -> Iterator[Cell]:
    """What tells a number's sign, or whether it is added up: debit or credit."""
    places = list(Cells(layout).columns.values())
    for stated in layout.units.stated if layout.units is not None else ():
        places += [stated.cell, *(summand.cell for summand in stated.sums)]
        if stated.only is not None:
            yield stated.only.cell
    for cell in places:
        if cell.negative is not None:
            yield cell.negative.cell


def tells(kind: Kind, cell: Cell, layout: FileLayout) -> bool:
    """Whether units of a kind are known by what stands in a cell, or at its beginning."""
    if not kind.starts or cell.path:
        return False
    wide = max(map(len, kind.starts))
    if cell.start is not None:
        ends = cell.start + cell.width if cell.width is not None else kind.at + wide
        return kind.field is None and cell.start < kind.at + wide and kind.at < ends
    if kind.field is not None or kind.at:
        return cell.field == kind.field
    separator = next(iter(layout.units.separators if layout.units is not None else ()), "")
    fields = max(len(sign.removesuffix(separator).split(separator)) if separator else 1 for sign in kind.starts)
    return cell.field is not None and cell.field <= fields


def _meet(cell: Cell, other: Cell) -> bool:
    """Whether they share a place."""
    if cell.start is None or other.start is None:
        return (cell.field, cell.path) == (other.field, other.path) and cell.component in (None, other.component)
    return (other.width is None or cell.start < other.start + other.width) and (
        cell.width is None or other.start < cell.start + cell.width
    )
