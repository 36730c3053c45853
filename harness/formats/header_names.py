"""Whether a header can be one that names columns, by the layout alone."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from harness.contract.content import FileLayout
from harness.contract.layout import Cell, Kind, UnitLayout
from harness.formats.cells import Cells


def may_name_columns(layout: FileLayout, units: UnitLayout) -> bool:
    """Whether a header line may have each column's name where that column's values stand."""
    columns = Cells(layout).columns
    if any(cell.start is not None and len(name) > (cell.width or len(name)) for name, cell in columns.items()):
        return False
    headers = [kind for kind in units.kinds if kind.role == "header"]
    return any(
        not kind.starts or any(_may_begin(sign, kind, columns, units) for sign in kind.starts) for kind in headers
    )


def _may_begin(sign: str, kind: Kind, columns: Mapping[str, Cell], units: UnitLayout) -> bool:
    """Whether a line that has this sign may be one of names; it may have anything where no column is known."""
    by_field = {cell.field: name for name, cell in columns.items()}
    if kind.field is not None:
        return _plain(by_field.get(kind.field, sign), units) == _plain(sign, units)
    for name, cell in columns.items():
        if cell.start is not None and cell.start <= kind.at < cell.start + (cell.width or 1):
            seen = sign[: cell.start + (cell.width or 1) - kind.at]
            return _plain(seen, units) in _plain(name, units)
    if kind.at or not units.separators:
        return True
    names = [by_field[field] for field in itertools.takewhile(by_field.__contains__, itertools.count(1))]
    line, begins = _plain(units.separators[0].join(names), units), _plain(sign, units)
    return line.startswith(begins) or begins.startswith(line)


def _plain(text: str, units: UnitLayout) -> str:
    """Without what names may differ in: case, blanks, quotes."""
    return text.replace(units.quote or " ", "").replace(" ", "").casefold()
