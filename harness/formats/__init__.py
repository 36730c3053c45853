"""File formats: typed records in, bytes out, a batch at a time; and what a file is that was made elsewhere.

`write` and `find_layout` are all that the rest of the harness needs; a layout's `described()` is what the night's plan
says of each file. Only the standard library is imported here: mocks may use every name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from harness.formats import delimited, fixed_width, json_lines, parquet
from harness.formats.compression import compressed, decompressed
from harness.formats.finding import find_layout
from harness.formats.layout import Form, Layout, Mismatch, made_layout
from harness.formats.lines import Sink
from harness.formats.table import Batch, Column, Table, Totals

__all__ = [
    "FORMATS",
    "Batch",
    "Column",
    "Form",
    "Layout",
    "Mismatch",
    "Table",
    "Totals",
    "decompressed",
    "find_layout",
    "made_layout",
    "write",
]

FORMATS: dict[str, Callable[[Table, Layout, Sink], Totals]] = {
    "csv": delimited.write,
    "fixed": fixed_width.write,
    "jsonl": json_lines.write,
    "parquet": parquet.write,
}
"""Each format by the name that a chain gives it."""


def write(table: Table, layout: Layout, out: IO[bytes], *, member: str = "content") -> Totals:
    """All records of a table in that layout, streamed; ``member`` names the file inside a zip file."""
    with compressed(out, layout.compress, member) as inside:
        return FORMATS[layout.format](table, layout, inside)
