"""What a trailer or a header states, told by what it agrees with: the count or a sum of all records of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from harness.contract.layout import LINES, RECORD_LINES, RECORDS, Cell, Stated, Summand
from harness.formats.cells.numerals import EXACT

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[0-3]\d[01]\d(?:19|20)\d\d")

_FEW = 5
"""Of fewer records, a number in a header that is their count may be so by chance."""

_NAME = re.compile(r"count|number|no|nb|nr|num|total|sum|records|rows|lines|size|anzahl|nombre|qty", re.I)
"""What a count is called in a document."""

_SHORTEST_HASH = 5
"""Fewer digits agree by chance."""

_COUNTS = {RECORDS: "record count", LINES: "line count"}


@dataclass
class Sum:
    """What a column of numbers comes to. ``decimals``: the most that one of them has."""

    name: str
    cell: Cell
    total: Decimal
    decimals: int = 0


@dataclass
class Comes:
    """What a file comes to: its records, its lines, those of the records with their parts, its columns of numbers.

    ``sums`` reads all of the file, and is only asked where a number is no count.
    """

    records: int
    lines: int
    record_lines: int
    sums: Callable[[], Sequence[Sum]]


@dataclass(frozen=True)
class Found:
    """A number that the file states of itself, and that in words."""

    stated: Stated
    words: str


def number_in(text: str) -> Decimal | None:
    """The number that a value is; a decimal comma is a point."""
    text = text.strip()
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def place_of(cell: Cell) -> str:
    """Where that is, in words."""
    if cell.path:
        return "/".join(cell.path)
    if cell.field is not None:
        return f"field {cell.field}"
    start = cell.start or 0
    return f"characters {start} to {start + (cell.width or 0)}"


def is_a_day(text: str) -> bool:
    """Whether a number is rather a date."""
    return _DAY.fullmatch(text.strip()) is not None


class Agreeing:
    """Looks for what the numbers of headers and trailers agree with; each count and each sum is stated once."""

    def __init__(self, comes: Comes) -> None:
        self._comes = comes
        self._taken: set[str] = set()

    @cached_property
    def _sums(self) -> Sequence[Sum]:
        return self._comes.sums()

    def found(self, kind: str, values: Iterable[tuple[Cell, str]], *, in_front: bool = False) -> Iterator[Found]:
        """What the values of one unit state, in their order."""
        for cell, text in values:
            number = number_in(text)
            if number is None or is_a_day(text):
                continue
            one = self._counted(kind, cell, text, number, in_front=in_front) or self._added(kind, cell, text, number)
            if one is not None:
                yield one

    def _counted(self, kind: str, cell: Cell, text: str, number: Decimal, *, in_front: bool) -> Found | None:
        comes = self._comes
        if not text.strip().isdigit():
            return None
        if comes.records < _FEW and (in_front or (cell.path and not _NAME.search(cell.path[-1]))):
            return None
        known: list[tuple[str, int, tuple[str, ...], bool]] = [
            ("records", comes.records, (RECORDS,), True),
            ("records with their parts", comes.record_lines, (RECORD_LINES,), True),
            ("lines", comes.lines, (LINES,), True),
            ("lines without itself", comes.lines - 1, (LINES,), False),
        ]
        for words, count, counts, itself in known:
            # What is the number of records, or none, is no count of something else.
            if counts != (RECORDS,) and count in (0, comes.records):
                continue
            if number == count and words not in self._taken:
                self._taken.add(words)
                name = _COUNTS.get(counts[0], f"count of {counts[0]}")
                stated = Stated(name=name, kind=kind, cell=cell, counts=counts, itself=itself)
                return Found(stated, f"{place_of(cell)} counts {words}")
        return None

    def _added(self, kind: str, cell: Cell, text: str, number: Decimal) -> Found | None:
        for one in self._sums if number else ():
            if f"sum of {one.name}" in self._taken:
                continue
            stated = _sum_of(one, kind, cell, text, number)
            if stated is not None:
                self._taken.add(f"sum of {one.name}")
                digits = "" if stated.digits is None else f", its last {stated.digits} digits"
                return Found(stated, f"{place_of(cell)} sums {one.name}{digits}")
        return None


def _sum_of(one: Sum, kind: str, cell: Cell, text: str, number: Decimal) -> Stated | None:
    summand = (Summand(cell=one.cell),)
    if "," in text:
        cell = replace(cell, comma=True)
    if number == one.total:
        return Stated(name="control total", kind=kind, cell=cell, sums=summand)
    digits = text.strip()
    if not digits.isdigit():
        return None
    if one.decimals and number == EXACT.scaleb(one.total, one.decimals):
        return Stated(name="control total", kind=kind, cell=replace(cell, decimals=one.decimals), sums=summand)
    limit = 10 ** len(digits)
    is_cut = not one.decimals and len(digits) >= _SHORTEST_HASH and one.total >= limit
    if is_cut and number == EXACT.remainder(one.total, Decimal(limit)):
        return Stated(name="hash total", kind=kind, cell=cell, sums=summand, digits=len(digits))
    return None


class Adding:
    """Columns of numbers, added up some records at a time; one that turns out to hold something else is none."""

    def __init__(self, columns: Iterable[tuple[str, Cell]]) -> None:
        self._columns = {name: Sum(name, cell, Decimal(0)) for name, cell in columns}

    @property
    def places(self) -> list[tuple[str, Cell]]:
        """Those that are numbers until now."""
        return [(one.name, one.cell) for one in self._columns.values()]

    @property
    def sums(self) -> list[Sum]:
        """What they come to."""
        return list(self._columns.values())

    def add(self, name: str, values: Sequence[str]) -> None:
        """The values of some records in one of these columns."""
        one = self._columns[name]
        try:
            # Most columns that are added up have whole numbers in them.
            one.total = EXACT.add(one.total, sum(map(int, values)))
        except ValueError:
            self._add_decimals(one, values)

    def _add_decimals(self, one: Sum, values: Sequence[str]) -> None:
        total = one.total
        for text in values:
            if not text.strip():
                continue
            number = number_in(text)
            if number is None:
                del self._columns[one.name]
                return
            if "," in text and not one.cell.comma:
                one.cell = replace(one.cell, comma=True)
            exponent = number.as_tuple().exponent
            one.decimals = max(one.decimals, -exponent if isinstance(exponent, int) else 0)
            total = EXACT.add(total, number)
        one.total = total
