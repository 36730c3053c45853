"""What the formats of lines have in common: a header, encoded batches one after the other, a trailer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from harness.formats.table import Column, Row, Table, Totals, plain

TRAILER = "TRAILER"


class Sink(Protocol):
    """Where the bytes of a file go."""

    def write(self, data: bytes, /) -> Any:
        """Take all of them."""


def write_lines(
    table: Table,
    out: Sink,
    *,
    header: str,
    encoded: Callable[[list[Row]], str],
    trailer: Callable[[Totals], str] | None,
) -> Totals:
    """The whole file, a batch in memory at a time; what it holds."""
    out.write(header.encode())
    for batch in table.batches():
        out.write(encoded(batch).encode())
    if trailer is not None:
        out.write(trailer(table.totals).encode())
    return table.totals


def as_text(column: Column, values: Sequence[Any]) -> Sequence[str]:
    """A column's values as a file of lines writes them: ISO 8601 dates, a point before decimals."""
    if column.type == "text":
        return values
    if column.type == "decimal":
        return [plain(value) for value in values]
    if column.type == "timestamp":
        return [value.isoformat() for value in values]
    return list(map(str, values))
