"""A format of our own: values between bars, and a last line that begins with an equals sign and counts them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from harness.contract.content import FileLayout
from harness.formats import Form, Layout, Sink, Table, Totals, file_format


def write(table: Table, layout: Layout, out: Sink) -> Totals:
    """A line a record, under the columns' names."""
    out.write(("|".join(column.name for column in table.columns) + "\n").encode())
    for batch in table.batches():
        for row in zip(*batch, strict=True):
            out.write(("|".join(str(value) for value in row) + "\n").encode())
    if layout.trailer:
        out.write(f"={table.totals.records}\n".encode())
    return table.totals


def find(path: Path, form: Form) -> tuple[Layout, Totals]:
    """A file that somebody else made: its last line says how many records it has."""
    *_, last = path.read_text().splitlines()
    if not last.startswith("="):
        raise ValueError(f"has no last line that begins with '=', but {last!r}")
    return Layout(format="bars", header=1, trailer=1, control=form.control), Totals(int(last[1:]))


def read(file: IO[bytes], layout: FileLayout) -> Iterator[dict[str, str]]:
    """Its records, so that what a consumer holds can be compared with them."""
    names, *lines = file.read().decode().splitlines()
    for line in lines[: len(lines) - layout.trailer]:
        yield dict(zip(names.split("|"), line.split("|"), strict=True))


file_format("bars", write, header=1, trailer=1, find=find, read=read)
