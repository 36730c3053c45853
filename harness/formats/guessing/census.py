"""All lines of a file by what they begin with: which first fields there are, how often, and where."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.contract.content import FileLayout
from harness.contract.layout import RECORDS, Kind, UnitLayout
from harness.formats import delimited
from harness.formats.guessing.proposed import Opened
from harness.formats.layout import Layout
from harness.formats.units import units

MOST_TYPES = 24
"""A file with more different first fields does not tell its lines by them."""

AROUND = 8
"""So many lines at the beginning and at the end may be headers and trailers."""

Rows = Iterator[Sequence[str]]


@dataclass
class LineType:
    """The lines that begin with the same field. ``lengths``: how many fields they have, each once."""

    token: str
    first: int
    last: int
    count: int = 0
    lengths: set[int] = field(default_factory=set)


@dataclass
class Census:
    """The types of lines by their first fields, and the lines at both ends of the file, blank ones left out."""

    types: dict[str, LineType]
    lines: int
    beginning: list[Sequence[str]]
    end: list[Sequence[str]]


def plain_lines(encoding: str, ends: str | None, separators: tuple[str, ...], quote: str | None) -> FileLayout:
    """The layout of a file of which every line is a record."""
    kinds = (Kind(name=RECORDS, role="record"),)
    made = UnitLayout(ends=ends, separators=separators, quote=quote, kinds=kinds)
    return Layout(format="csv", encoding=encoding, delimiter=(*separators, None)[0], units=made).described()


def rows(opened: Opened, layout: FileLayout) -> Rows:
    """The fields of each line that is not blank; without a delimiter, the line. Raises ValueError for others."""
    delimiter = layout.delimiter
    codec = (layout.encoding or "utf-8").removesuffix("-sig")
    with opened() as file:
        head = file.read(2)
    if codec == "utf-16":
        codec = "utf-16-be" if head == b"\xfe\xff" else "utf-16-le"
    with opened() as file:
        lines = (
            unit.data[: len(unit.data) - unit.end].decode(codec, "replace")
            for unit in units(file, layout)
            if unit.kind.role != "filling"
        )
        if delimiter is None:
            yield from ([line] for line in lines)
            return
        yield from filter(None, delimited.rows(lines, delimiter))


def census(found: Rows, width: int | None) -> Census | None:
    """All lines; None where they begin in too many ways. ``width``: of lines without fields, how many characters tell.

    A field of a line is what is between delimiters, and what else is in it does not matter here.
    """
    types: dict[str, LineType] = {}
    beginning: list[Sequence[str]] = []
    end: deque[Sequence[str]] = deque(maxlen=AROUND)
    number = 0
    for number, row in enumerate(found, 1):
        token = row[0] if width is None else row[0][:width]
        one = types.get(token)
        if one is None:
            if len(types) >= MOST_TYPES:
                return None
            one = types[token] = LineType(token, number, number)
        one.count += 1
        one.last = number
        one.lengths.add(len(row) if width is None else len(row[0]))
        if number <= AROUND:
            beginning.append(row)
        end.append(row)
    return Census(types, number, beginning, [*end])


def some(found: Rows, number: int) -> list[Sequence[str]]:
    """The first ones."""
    return [*itertools.islice(found, number)]
