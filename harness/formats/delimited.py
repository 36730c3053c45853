"""CSV: values between delimiters, quoted as in RFC 4180, column names first, a trailer record last."""

from __future__ import annotations

import csv
import io

from harness.formats.layout import Layout
from harness.formats.lines import TRAILER, Sink, as_text, write_lines
from harness.formats.table import Row, Table, Totals


def write(table: Table, layout: Layout, out: Sink) -> Totals:
    """Names, records, and last ``TRAILER,<records>,<control total>``; a line feed ends each line."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=layout.delimiter or ",", lineterminator="\n")

    def taken() -> str:
        written = text.getvalue()
        text.seek(0)
        text.truncate()
        return written

    # The writer's own text for all but these is the right one, and it is made in C.
    odd = [at for at, column in enumerate(table.columns) if column.type in ("decimal", "timestamp")]

    def encoded(batch: list[Row]) -> str:
        if odd:
            columns = list(zip(*batch, strict=True))
            for at in odd:
                columns[at] = tuple(as_text(table.columns[at], columns[at]))
            writer.writerows(zip(*columns, strict=True))
        else:
            writer.writerows(batch)
        return taken()

    def trailer(totals: Totals) -> str:
        total = [] if totals.control_total is None else [totals.control_total]
        writer.writerow([TRAILER, totals.records, *total])
        return taken()

    if layout.header:
        writer.writerow([column.name for column in table.columns])
    return write_lines(table, out, header=taken(), encoded=encoded, trailer=trailer if layout.trailer else None)
