"""JSON lines: an object a record with the columns' names, and, if it is asked for, an object with the trailer last."""

from __future__ import annotations

import json
from dataclasses import replace
from json.encoder import encode_basestring

from harness.contract.layout import Cell as Place
from harness.contract.layout import UnitLayout
from harness.formats import made_units
from harness.formats.layout import Layout
from harness.formats.lines import Cell, Sink, text_of, write_lines
from harness.formats.table import NUMBERS, Column, Table, Totals

TRAILER = "trailer"


def units(layout: Layout) -> UnitLayout:
    """Lines, the trailer's with an object under a key of its own."""
    found = made_units.lines(0, layout.trailer)
    if not layout.trailer:
        return found
    control = None if layout.control is None else Place(path=(layout.control,))
    count, total = Place(path=(TRAILER, "records")), Place(path=(TRAILER, "control_total"))
    return replace(found, stated=made_units.stated(count, total, control))


def write(table: Table, layout: Layout, out: Sink) -> Totals:
    """``{"site": "Lille 01", …}`` a record; last ``{"trailer": {"records": 2, "control_total": 7}}``, if at all."""
    return write_lines(
        table,
        out,
        cells=[_cell(column) for column in table.columns],
        line=("{", ", ", "}\n"),
        header="",
        trailer=_trailer if layout.trailer else None,
    )


def _cell(column: Column) -> Cell:
    name, text = encode_basestring(column.name), text_of(column)
    if column.type in NUMBERS:
        # A decimal keeps all its digits: JSON's numbers have any number of them, though not every reader does.
        return lambda value: f"{name}: {text(value)}"
    return lambda value: f"{name}: {encode_basestring(text(value))}"


def _trailer(totals: Totals) -> str:
    total = "" if totals.control_total is None else f', "control_total": {totals.control_total}'
    return f'{{{json.dumps(TRAILER)}: {{"records": {totals.records}{total}}}}}\n'
