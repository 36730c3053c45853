"""What the columns of numbers come to in a file of lines, and where in a line numbers are."""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from harness.contract.layout import Cell
from harness.formats.guessing.figures_found import Adding, Comes, Sum, is_a_day, number_in

_AT_ONCE = 1_000
_DIGITS = re.compile(r"\d+")


class Around(NamedTuple):
    """How many lines stand before and behind the records, and what records begin with; nothing: all do.

    ``width``: of lines without fields, so many characters of them are meant.
    """

    header: int
    trailer: int
    width: int | None = None
    records: frozenset[str] = frozenset()


def fields(row: Sequence[str]) -> list[tuple[Cell, str]]:
    """Each field with its place."""
    return [(Cell(field=number), text) for number, text in enumerate(row, 1)]


def columns_to_add(body: Sequence[Sequence[str]], names: Sequence[str]) -> list[tuple[str, Cell]]:
    """The columns that have numbers in some records, and no dates."""
    found = []
    for at, name in enumerate(names):
        values = [row[at] for row in body if at < len(row) and row[at].strip()]
        if values and all(number_in(one) is not None for one in values) and not all(map(is_a_day, values)):
            found.append((name, Cell(field=at + 1)))
    return found


def sums_of(found: Iterable[Sequence[str]], around: Around, columns: Iterable[tuple[str, Cell]]) -> list[Sum]:
    """Of all of a file's records, as they stream by."""
    adding = Adding(columns)
    batches = _batches(_between(found, around))
    while adding.places and (some := next(batches, None)) is not None:
        mine = [row for row in some if row[0][: around.width] in around.records] if around.records else some
        for name, cell in adding.places:
            at = (cell.field or 1) - 1
            adding.add(name, [row[at] for row in mine if at < len(row)])
    return adding.sums


def _between(found: Iterable[Sequence[str]], around: Around) -> Iterator[Sequence[str]]:
    """Those between header and trailer."""
    after = itertools.islice(found, around.header, None)
    held = deque(itertools.islice(after, around.trailer))
    for row in after:
        held.append(row)
        yield held.popleft()


def _batches(found: Iterator[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    while some := [*itertools.islice(found, _AT_ONCE)]:
        yield some


def padded_counts(line: str, begins: int, comes: Comes) -> Iterator[tuple[Cell, str]]:
    """The first counts in a line without fields: digits that begin with zeros, or that nothing else stands beside."""
    for digits in _DIGITS.finditer(line, begins):
        for count in (comes.records, comes.lines, comes.lines - 1, comes.record_lines):
            one = re.compile(rf"0*{count}(?=0|\Z)").match(digits[0])
            if one and (one[0].startswith("0") or one[0] == digits[0]):
                yield Cell(start=digits.start(), width=len(one[0])), one[0]
                break
