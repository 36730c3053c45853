"""File formats: typed records in, bytes out, a batch at a time; and what a file is that was made elsewhere.

`write` and `find_layout` are all that the rest of the harness needs; a layout's `described()` is what the night's plan
says of each file. Only the standard library is imported here: mocks may use every name.
"""

from __future__ import annotations

from typing import IO

from harness.extensions.doors import in_one_line
from harness.formats import delimited, fixed_width, json_lines, parquet
from harness.formats.choices import made_layout
from harness.formats.compression import compressed, decompressed
from harness.formats.finding import find_layout
from harness.formats.format import FORMATS, Format, file_format
from harness.formats.layout import Form, Layout, Mismatch
from harness.formats.lines import Sink
from harness.formats.table import Batch, Column, Table, Totals

__all__ = [
    "FORMATS",
    "Batch",
    "Column",
    "Form",
    "Format",
    "Layout",
    "Mismatch",
    "Sink",
    "Table",
    "Totals",
    "decompressed",
    "file_format",
    "find_layout",
    "made_layout",
    "write",
]

file_format("csv", delimited.write, header=1, trailer=1, units=delimited.units)
file_format("fixed", fixed_width.write, header=0, trailer=1, units=fixed_width.units)
file_format("jsonl", json_lines.write, trailer=0, units=json_lines.units)
file_format("parquet", parquet.write, text=False, read=parquet.read)


def write(table: Table, layout: Layout, out: IO[bytes], *, member: str = "content") -> Totals:
    """All records of a table in that layout, streamed; ``member`` names the file inside a zip file."""
    chosen = FORMATS[layout.format]
    with compressed(out, layout.compress, member) as inside:
        try:
            totals: object = chosen.write(table, layout, inside)
        except Mismatch:
            raise
        except Exception as error:
            if not chosen.raised(error):
                raise
            raise Mismatch("format", f"the format {layout.format} failed: {in_one_line(error)}") from error
    if not isinstance(totals, Totals):
        text = f"the format {layout.format}: its write returned {totals!r}, expected the table's totals"
        raise Mismatch("format", text)
    return totals
