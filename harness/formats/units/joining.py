"""Units become a file again, with an end or a separator wherever the next one needs it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import chain

from harness.contract.content import FileLayout
from harness.formats.units.encoding import Encoding, opened
from harness.formats.units.unit import Unit


def joined(units: Iterable[Unit], layout: FileLayout) -> Iterator[bytes]:
    """The bytes of each unit, as they are unless it stands at another place than before.

    A line or segment without an end (a file's last one) gets the file's usual one when another follows; between two
    elements of a JSON array stands a comma, and behind the last one none.
    """
    structure = layout.units.structure if layout.units is not None else None
    if structure not in ("lines", "segments", "json"):
        yield from (unit.data for unit in units)
        return
    units = iter(units)
    first = next(units, None)
    if first is None:
        return
    encoding = opened(io.BytesIO(first.data), layout.encoding)[0]
    units = chain([first], units)
    yield from _elements(units, encoding) if structure == "json" else _ended(units, layout, encoding)


def _ended(units: Iterable[Unit], layout: FileLayout, encoding: Encoding) -> Iterator[bytes]:
    usual, owed = b"", False
    for unit in units:
        # A byte order mark and 0x1A are no lines, and nothing is one of which nothing is left.
        if unit.lines > 0 and unit.data:
            end = _end_of(unit)
            if owed:
                # The first line of all may be the one without an end: then the next one's is as good.
                yield usual or end or encoding.encode(_said(layout))
            usual, owed = end or usual, not end
        yield unit.data


def _said(layout: FileLayout) -> str:
    named = layout.units.ends if layout.units is not None else None
    return named or layout.line_end or "\n"


def _elements(units: Iterable[Unit], encoding: Encoding) -> Iterator[bytes]:
    comma = encoding.encode(",")
    usual = b""
    record: Unit | None = None
    for unit in units:
        if record is not None:
            end = _end_of(record)
            usual = end if comma in end else usual
            # The first of all may be the one without: then the next one's is as good.
            other = _end_of(unit) if unit.is_record and comma in _end_of(unit) else comma + end
            yield _with_end(record, comma, usual or other, last=not unit.is_record)
        record = unit if unit.is_record else None
        if record is None:
            yield unit.data
    if record is not None:
        yield _with_end(record, comma, usual, last=True)


def _end_of(unit: Unit) -> bytes:
    return unit.data[len(unit.data) - unit.end :]


def _with_end(record: Unit, comma: bytes, usual: bytes, *, last: bool) -> bytes:
    """What is behind the last element's own bytes belongs to the trailer."""
    if (comma in _end_of(record)) is not last:
        return record.data
    return record.body if last else record.body + usual
