"""CSV: values between delimiters, quoted as in RFC 4180, column names first, a trailer record last."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

from harness.formats.layout import Layout, Mismatch
from harness.formats.lines import TRAILER, Cell, Sink, text_of, write_lines
from harness.formats.table import Column, Table, Totals


def rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The fields of each record; Mismatch for one that the csv module does not take."""
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error as error:
        raise Mismatch("format", f"has a record that cannot be read ({error})") from None


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
