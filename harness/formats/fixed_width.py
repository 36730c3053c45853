"""Fixed width: each value at its place of the line, text to the left, numbers to the right, every line equally long."""

from __future__ import annotations

from dataclasses import replace

from harness.contract.layout import Cell as Place
from harness.contract.layout import UnitLayout
from harness.formats import made_units
from harness.formats.layout import Layout
from harness.formats.lines import TRAILER, Cell, Sink, text_of, write_lines
from harness.formats.table import NUMBERS, Column, Table, Totals

TRAILER_WIDTHS = (8, 12, 20)
"""Characters of the trailer's fields: the word, the number of records, the control total; zeros before both numbers."""


def units(layout: Layout) -> UnitLayout:
    """Lines; what the trailer states stands in its own columns."""
    found = made_units.lines(layout.header, layout.trailer)
    at, (word, records, total) = layout.position_of_control, TRAILER_WIDTHS
    if not layout.trailer or any(column.width is None for column in layout.columns):
        return found
    control = None
    if at is not None:
        before = sum(column.width or 0 for column in layout.columns[:at])
        control = Place(start=before, width=layout.columns[at].width)
    count, added = Place(start=word, width=records), Place(start=word + records, width=total)
    return replace(found, stated=made_units.stated(count, added, control))


def write(table: Table, layout: Layout, out: Sink) -> Totals:
    """Records of the columns' widths; a value that does not fit, or breaks the line, is a ValueError."""
    width = sum(column.width or 0 for column in table.columns)
    # A reader that goes by the record length must find the trailer there too.
    length = max(width, sum(TRAILER_WIDTHS)) if layout.trailer else width

    def trailer(totals: Totals) -> str:
        word, records, total = TRAILER_WIDTHS
        added = "" if totals.control_total is None else str(totals.control_total).zfill(total)
        return (TRAILER.ljust(word) + str(totals.records).zfill(records) + added).ljust(length) + "\n"

    names = "".join(_padded(column, column.name) for column in table.columns) if layout.header else ""
    return write_lines(
        table,
        out,
        cells=[_cell(column) for column in table.columns],
        line=("", "", " " * (length - width) + "\n"),
        header=names.ljust(length) + "\n" if layout.header else "",
        trailer=trailer if layout.trailer else None,
    )


def _cell(column: Column) -> Cell:
    text = text_of(column)
    return lambda value: _padded(column, text(value))


def _padded(column: Column, text: str) -> str:
    width = column.width or 0
    if len(text) > width:
        raise ValueError(f"column '{column.name}': found '{text}', {len(text)} characters; expected at most {width}")
    if "\n" in text or "\r" in text:
        raise ValueError(f"column '{column.name}': found {text!r}, expected text without line ends in fixed width")
    return text.rjust(width) if column.type in NUMBERS else text.ljust(width)
