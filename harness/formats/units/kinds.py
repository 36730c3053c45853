"""Units find their kinds: by their signs, as the first and last ones, and parts with the record they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from harness.contract.layout import Kind, UnitLayout
from harness.formats.units.encoding import Encoding
from harness.formats.units.signs import Signs
from harness.formats.units.split import LONGEST_BYTES
from harness.formats.units.unit import NotAsLaidOut, Unit

DELIMITER_LINE = Kind(name="sep", role="header")
"""A line `sep=;` above all others, by which a spreadsheet knows the delimiter."""

_DELIMITER_LINE = re.compile(r'"?sep=.{1,3}', re.IGNORECASE)

Batch = tuple[list[bytes], list[int]]
"""Lines, and how many bytes of each are its end."""


def known(batches: Iterable[Batch], layout: UnitLayout, encoding: Encoding) -> Iterator[Unit]:
    """All lines of a file as units, each record with its parts.

    Blank lines are counted neither among the first nor among the last ones. Raises NotAsLaidOut where what belongs to
    a record does not end.
    """
    signs = Signs(layout, encoding)
    found: Iterator[list[Unit]] = (signs.units(lines, ends) for lines, ends in batches)
    found = _last(_first(found, layout, encoding), layout)
    flat = chain.from_iterable(found)
    return _with_parts(flat) if any(kind.role == "part" for kind in layout.kinds) else flat


def _first(batches: Iterator[list[Unit]], layout: UnitLayout, encoding: Encoding) -> Iterator[list[Unit]]:
    """The first units of a file know that they are."""
    asked = max([1, *(kind.first for kind in layout.kinds if kind.first is not None)])
    number = 0
    for batch in batches:
        for at, unit in enumerate(batch if number < asked else ()):
            if unit.kind.role != "filling":
                before = _before(unit.kind, layout)
                kind = next((one for one in before if one.first is not None and number < one.first), unit.kind)
                if number == 0 and kind.role != "header" and _tells_the_delimiter(unit, layout, encoding):
                    kind = DELIMITER_LINE
                batch[at] = unit._replace(kind=kind)
                number += 1
            if number >= asked:
                break
        yield batch


def _last(batches: Iterator[list[Unit]], layout: UnitLayout) -> Iterator[list[Unit]]:
    """The last units of a file know that they are, which is known when no more come."""
    asked = max((kind.last for kind in layout.kinds if kind.last is not None), default=0)
    if not asked:
        yield from batches
        return
    held: list[Unit] = []
    for batch in batches:
        held += batch
        surely = _before_the_last(held, asked)
        yield held[:surely]
        del held[:surely]
    number = 0
    for at in range(len(held) - 1, -1, -1):
        kind = held[at].kind
        if kind.role != "filling":
            of = (one for one in _before(kind, layout) if one.last is not None and number < one.last)
            held[at] = held[at]._replace(kind=next(of, kind))
            number += 1
    yield held


def _before_the_last(units: list[Unit], asked: int) -> int:
    """How many are before so many that are no filling."""
    at = len(units)
    while at > 0 and asked > 0:
        at -= 1
        asked -= units[at].kind.role != "filling"
    return 0 if asked else at


def _before(kind: Kind, layout: UnitLayout) -> Iterable[Kind]:
    """The kinds that are asked before the one that a unit is of by its sign, or by none."""
    if kind in layout.kinds and not kind.takes_the_rest:
        return layout.kinds[: layout.kinds.index(kind)]
    return layout.kinds


def _tells_the_delimiter(unit: Unit, layout: UnitLayout, encoding: Encoding) -> bool:
    if layout.structure != "lines" or not layout.separators:
        return False
    return _DELIMITER_LINE.fullmatch(encoding.decode(unit.body)) is not None


def _with_parts(units: Iterator[Unit]) -> Iterator[Unit]:
    """What belongs to a record is in its unit, with what lies between; parts of nothing are headers."""
    headers: dict[Kind, Kind] = {}
    record: Unit | None = None
    parts: list[Unit] = []
    filling: list[Unit] = []
    size = at = 0
    for unit in units:
        role = unit.kind.role
        if record is not None and role in ("part", "filling"):
            filling.append(unit)
            size += len(unit.data)
            if size > LONGEST_BYTES:
                raise NotAsLaidOut(at, f"{size} bytes that belong to one {record.kind.name}", "the next one before")
            if role == "part":
                parts += filling
                filling.clear()
            continue
        if record is not None:
            whole = _merged(record, parts) if parts else record
            at += len(whole.data)
            yield whole
            for one in filling:
                at += len(one.data)
                yield one
            parts.clear()
            filling.clear()
            size, record = 0, None
        if role == "record":
            record = unit
            continue
        if role == "part":
            header = headers.setdefault(unit.kind, replace(unit.kind, role="header"))
            unit = unit._replace(kind=header)
        at += len(unit.data)
        yield unit
    if record is not None:
        yield _merged(record, parts) if parts else record
        yield from filling


def _merged(record: Unit, parts: list[Unit]) -> Unit:
    """One unit, which ends as its last part does. Filling in between is no line of the record."""
    data = b"".join((record.data, *(part.data for part in parts)))
    lines = sum(part.lines for part in parts if part.kind.role == "part")
    return Unit(record.kind, data, parts[-1].end, record.lines + lines)
