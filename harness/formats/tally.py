"""What one unit adds to each figure of its file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from harness.contract.layout import LINES, RECORD_LINES, RECORDS, Kind, Stated, UnitLayout
from harness.formats.cells import Cells
from harness.formats.cells.numerals import EXACT
from harness.formats.units.unit import Unit

Amount = int | Decimal
"""Of counts a whole number."""


class _Concerned(NamedTuple):
    """A figure to which units of a kind add: ``always`` the same, if that is known."""

    figure: int
    stated: Stated
    has_parts: bool
    always: int | None


class Tally:
    """The figures of a layout, by their place in it.

    ``unread``: what the last unit has where a figure adds up a number, and is none.
    """

    def __init__(self, layout: UnitLayout, cells: Cells) -> None:
        self.stated = layout.stated
        self.of_kind: Mapping[str, list[int]] = {
            kind: [index for index, one in enumerate(self.stated) if one.kind == kind]
            for kind in {one.kind for one in self.stated}
        }
        self.unread: list[tuple[int, str]] = []
        self._cells = cells
        self._parts = {kind.name for kind in layout.kinds if kind.role == "part"}
        self._known: dict[str, list[_Concerned]] = {}

    def adds(self, unit: Unit) -> list[tuple[int, Amount]]:
        """The figures to which this unit adds, and how much."""
        if self.unread:
            self.unread.clear()
        name = unit.kind.name
        concerned = self._known.get(name)
        if concerned is None:
            concerned = self._known[name] = self._concerned(unit.kind)
        added: list[tuple[int, Amount]] = []
        for index, stated, has_parts, always in concerned:
            if always is not None:
                added.append((index, always))
            elif has_parts and unit.lines > 1:
                added.append((index, self._of_pieces(index, unit)))
            elif self._is_meant(stated, unit):
                added.append((index, self._own(index, unit)))
        return added

    def see(self, unit: Unit) -> None:
        """Let the cells know the form of a unit of which nothing changes."""
        self._cells.see(unit)
        self.adds(unit)

    def _concerned(self, kind: Kind) -> list[_Concerned]:
        found = []
        is_record = kind.role == "record"
        for index, stated in enumerate(self.stated):
            own = {kind.name}
            if is_record:
                own |= {RECORDS, RECORD_LINES}
            if _is_line(kind, stated):
                own.add(LINES)
            meant = {*stated.counts, *(summand.kind for summand in stated.sums)}
            has_parts = is_record and bool(meant & self._parts)
            if has_parts or meant & own:
                is_same = not (has_parts or stated.sums or stated.only or meant & own & {LINES, RECORD_LINES})
                always = sum(counted in own for counted in stated.counts) if is_same else None
                found.append(_Concerned(index, stated, has_parts, always))
        return found

    def _is_meant(self, stated: Stated, unit: Unit) -> bool:
        return stated.only is None or self._cells.text(unit, stated.only.cell) in stated.only.values

    def _own(self, index: int, unit: Unit) -> Amount:
        """Of the unit as a whole, or of one of a record's lines."""
        stated = self.stated[index]
        if stated.sums:
            total = Decimal(0)
            for summand in stated.sums:
                if summand.kind == unit.kind.name or (summand.kind == RECORDS and unit.is_record):
                    number = self._cells.number(unit, summand.cell)
                    if number is not None:
                        total = EXACT.add(total, number)
                    elif text := self._cells.text(unit, summand.cell):
                        self.unread.append((index, text))
            return total
        count = 0
        for counted in stated.counts:
            if counted == RECORDS:
                count += unit.is_record
            elif counted == RECORD_LINES:
                count += unit.lines if unit.kind.role in ("record", "part") else 0
            elif counted == LINES:
                count += unit.lines if _is_line(unit.kind, stated) else 0
            else:
                count += counted == unit.kind.name
        return count

    def _of_pieces(self, index: int, unit: Unit) -> Amount:
        """Of a record whose parts are meant too, by their kinds."""
        stated = self.stated[index]
        total: Amount = 0
        for piece in self._cells.parts(unit):
            if self._is_meant(stated, piece):
                total = EXACT.add(total, self._own(index, piece))
        return total


def _is_line(kind: Kind, stated: Stated) -> bool:
    return kind.role != "filling" and (stated.itself or stated.kind != kind.name)
