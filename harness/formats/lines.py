"""What the formats of lines have in common: cells joined to lines, lines to batches, a header and a trailer around."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Protocol

from harness.formats.table import Column, Table, Totals, Values, plain

TRAILER = "TRAILER"

Cell = Callable[[Any], str]
"""A value as it stands in a line."""


class Sink(Protocol):
    """Where the bytes of a file go."""

    def write(self, data: bytes, /) -> Any:
        """Take all of them."""


def write_lines(
    table: Table,
    out: Sink,
    *,
    cells: Sequence[Cell],
    line: tuple[str, str, str],
    header: str,
    trailer: Callable[[Totals], str] | None,
) -> Totals:
    """The whole file; what it holds. ``line`` is what stands before, between and after the cells of a record."""
    before, between, after = line
    out.write(header.encode())
    for batch in table.batches():
        columns = map(_rendered, table.columns, cells, batch)
        records = map(between.join, zip(*columns, strict=True))
        out.write(f"{before}{(after + before).join(records)}{after}".encode())
    if trailer is not None:
        out.write(trailer(table.totals).encode())
    return table.totals


def text_of(column: Column) -> Cell:
    """A column's values as lines have them: ISO 8601 dates, a point before decimals."""
    if column.type == "text":
        return str
    if column.type == "decimal":
        return plain
    return _iso if column.type == "timestamp" else str


def _rendered(column: Column, cell: Cell, values: Values) -> Iterable[str]:
    """Each value's cell. Columns repeat themselves: what is equal is rendered once, which makes most files cheap.

    Equal decimals and timestamps may have other texts: 1.5 and 1.50, noon in Paris and in London.
    """
    if column.type not in ("decimal", "timestamp"):
        distinct: set[Hashable] = set(values)
        if len(distinct) * 2 < len(values):
            known = {value: cell(value) for value in distinct}
            return map(known.__getitem__, values)
    return map(cell, values)


def _iso(value: Any) -> str:
    return str(value.isoformat())
