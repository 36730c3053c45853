"""Fixed width: each value at its place of the line, text to the left, numbers to the right, every line equally long."""

from __future__ import annotations

from harness.formats.layout import Layout
from harness.formats.lines import TRAILER, Cell, Sink, text_of, write_lines
from harness.formats.table import NUMBERS, Column, Table, Totals

TRAILER_WIDTHS = (8, 12, 20)
"""Characters of the trailer's fields: the word, the number of records, the control total; zeros before both numbers."""


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
