"""CSV: values between delimiters, quoted as in RFC 4180, column names first, a trailer record last."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.contract.layout import Cell as Place
from harness.contract.layout import UnitLayout
from harness.formats import made_units
from harness.formats.layout import Layout, Mismatch
from harness.formats.lines import TRAILER, Cell, Sink, text_of, write_lines
from harness.formats.table import Column, Table, Totals

_RETURN = "\ud80d"
"""Stands for a carriage return within a line, which the csv module takes for the line's end: half a character, which no
decoded text has."""


def rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The fields of each record; Mismatch for one that the csv module does not take."""
    has_returns = False

    def whole() -> Iterator[str]:
        nonlocal has_returns
        for line in lines:
            if "\r" in line and "\r" in (body := line.rstrip("\r\n")):
                has_returns = True
                line = body.replace("\r", _RETURN) + line[len(body) :]
            yield line

    try:
        for row in csv.reader(whole(), delimiter=delimiter):
            yield [field.replace(_RETURN, "\r") for field in row] if has_returns else row
    except csv.Error as error:
        raise Mismatch("format", f"has a record that cannot be read ({error})") from None


def units(layout: Layout) -> UnitLayout:
    """Lines, whose ends within quotes are none; the trailer's first field is its word."""
    at = layout.position_of_control
    found = made_units.lines(layout.header, layout.trailer, separators=(layout.delimiter or ",",), quote='"')
    if not layout.trailer:
        return found
    control = None if at is None else Place(field=at + 1)
    return replace(found, stated=made_units.stated(Place(field=2), Place(field=3), control))


def write(table: Table, layout: Layout, out: Sink) -> Totals:
    """Names, records, and last ``TRAILER,<records>,<control total>``; a line feed ends each line."""
    delimiter = layout.delimiter or ","
    # A line with nothing in it is no record for most readers.
    special = re.compile(f'[{re.escape(delimiter)}"\r\n]' + (r"|\A\Z" if len(table.columns) == 1 else ""))

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if special.search(text) else text

    def cell(column: Column) -> Cell:
        # Numbers and dates have nothing in them that a delimiter may be.
        return quoted if column.type == "text" else text_of(column)

    def trailer(totals: Totals) -> str:
        total = [] if totals.control_total is None else [str(totals.control_total)]
        return delimiter.join([TRAILER, str(totals.records), *total]) + "\n"

    return write_lines(
        table,
        out,
        cells=[cell(column) for column in table.columns],
        line=("", delimiter, "\n"),
        header=delimiter.join(quoted(column.name) for column in table.columns) + "\n" if layout.header else "",
        trailer=trailer if layout.trailer else None,
    )
