"""Fixed width: each value at its place of the line, text to the left, numbers to the right, every line equally long."""

from __future__ import annotations

from collections.abc import Sequence

from harness.formats.layout import Layout
from harness.formats.lines import TRAILER, Sink, as_text, write_lines
from harness.formats.table import NUMBERS, Column, Row, Table, Totals

TRAILER_WIDTHS = (8, 12, 20)
"""Characters of the trailer's fields: the word, the number of records, the control total; zeros before both numbers."""


def write(table: Table, layout: Layout, out: Sink) -> Totals:
    """Records of the columns' widths; a value that does not fit is a ValueError, never cut."""
    width = length = sum(column.width or 0 for column in table.columns)
    if layout.trailer:
        # Whoever reads the file by its record length must find the trailer there too.
        length = max(length, sum(TRAILER_WIDTHS))
    template = "".join(map(_place, table.columns)) + " " * (length - width) + "\n"

    def encoded(batch: list[Row]) -> str:
        columns = [
            _fitting(column, as_text(column, values))
            for column, values in zip(table.columns, zip(*batch, strict=True), strict=True)
        ]
        return "".join(map(template.__mod__, zip(*columns, strict=True)))

    def trailer(totals: Totals) -> str:
        word, records, total = TRAILER_WIDTHS
        sums = "" if totals.control_total is None else str(totals.control_total).zfill(total)
        return (TRAILER.ljust(word) + str(totals.records).zfill(records) + sums).ljust(length) + "\n"

    header = ""
    if layout.header:
        header = template % tuple(_fitting(column, [column.name])[0] for column in table.columns)
    return write_lines(table, out, header=header, encoded=encoded, trailer=trailer if layout.trailer else None)


def _place(column: Column) -> str:
    return f"%{'' if column.type in NUMBERS else '-'}{column.width}s"


def _fitting(column: Column, values: Sequence[str]) -> Sequence[str]:
    width = column.width or 0
    if max(map(len, values)) > width:
        longest = max(values, key=len)
        raise ValueError(
            f"column '{column.name}': found '{longest}', {len(longest)} characters; expected at most {width}"
        )
    return values
