"""Which columns a damage changes as a whole, and every place of a layout."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.content import FileLayout
from harness.contract.effects import damages
from harness.contract.layout import Cell
from harness.formats.cells import Cells
from harness.formats.record_values import tells


def written_numbers(layout: FileLayout) -> list[Cell]:
    """Where decimals stand in a record, or whole numbers in a file without decimals."""
    decimals = [column for column in layout.columns if column.type == "decimal"]
    chosen = decimals or [column for column in layout.columns if column.type == "integer"]
    columns = Cells(layout).columns
    return [columns[column.name] for column in chosen]


def drifting(damage: damages.OtherColumns, layout: FileLayout) -> str | None:
    """The column that drifts; where none is named, the first that does not say what kind of record it is."""
    columns = Cells(layout).columns
    if damage.column is not None:
        return damage.column if damage.column in columns else None
    kinds = [kind for kind in (layout.units.kinds if layout.units else ()) if kind.role == "record" and kind.starts]
    return next((name for name, cell in columns.items() if not any(tells(kind, cell, layout) for kind in kinds)), None)


def every_cell(layout: FileLayout) -> Iterator[Cell]:
    """Every place that is known of: of columns, and of what is stated and added up."""
    yield from Cells(layout).columns.values()
    for stated in layout.units.stated if layout.units is not None else ():
        yield stated.cell
        yield from (summand.cell for summand in stated.sums)
