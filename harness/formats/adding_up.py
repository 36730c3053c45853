"""The control total of a file that was found: its control column, added up as it streams by."""

from __future__ import annotations

import decimal
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import IO, Any

from harness.formats import delimited
from harness.formats.choices import control_mistake
from harness.formats.layout import Layout, Mismatch
from harness.formats.table import Totals, plain

_AT_ONCE = 1_000


def added_up(
    opened: AbstractContextManager[IO[bytes]], layout: Layout, control: str | None, records: int
) -> tuple[Layout, Totals]:
    """The layout with its control column, and what the file holds; Mismatch for a column that cannot be added up."""
    if control is None:
        return layout, Totals(records)
    if layout.format not in ("csv", "jsonl"):
        raise Mismatch("control", f"a {layout.format} file that was found has no columns to add up: drop it")
    if mistake := control_mistake(control, layout.columns):
        if not records and any(column.name == control for column in layout.columns):
            return replace(layout, control=control), Totals(0, 0)  # of what there is nothing, nobody knows the type
        raise Mismatch("control", mistake)
    total = decimal.Decimal(0)
    with opened as file:
        text = io.TextIOWrapper(file, encoding=layout.encoding, errors="replace", newline="\n")
        there = _values(text, layout, control)
        if control in layout.cells and layout.cells[control].comma:
            there = (value.replace(",", ".") for value in there)
        values = itertools.islice(there, records)
        for begins in itertools.count(1, _AT_ONCE):
            if not (some := [*itertools.islice(values, _AT_ONCE)]):
                break
            total += _sum(some, begins)
        text.detach()
    whole = next(column for column in layout.columns if column.name == control).type == "integer"
    return replace(layout, control=control), Totals(records, int(total) if whole else plain(total))


def _sum(values: Sequence[str], begins: int) -> decimal.Decimal:
    """Of what a column has from that record on; most columns that are added up have whole numbers in them."""
    try:
        return decimal.Decimal(sum(map(int, values)))
    except ValueError:
        pass
    total = decimal.Decimal(0)
    for number, value in enumerate(values, begins):
        try:
            total += decimal.Decimal(value or "0")
        except decimal.InvalidOperation:
            raise Mismatch("control", f"record {number} has {value!r} in it, expected a number") from None
    return total


def _values(text: Iterable[str], layout: Layout, control: str) -> Iterator[str]:
    if layout.format == "jsonl":
        yield from (str(json.loads(line, parse_float=str).get(control, "")) for line in text if line.strip())
        return
    rows = filter(None, delimited.rows(text, layout.delimiter or ","))
    at = [column.name for column in layout.columns].index(control)
    for row in itertools.islice(rows, layout.header, None):
        yield row[at] if at < len(row) else ""


def total_of(values: Iterable[Any]) -> int | str:
    """What typed values add up to; one that is null is none."""
    total: Any = 0
    for value in values:
        total += 0 if value is None else value
    return total if isinstance(total, int) else plain(decimal.Decimal(str(total)))
