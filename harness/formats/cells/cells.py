"""The values of a file's units: each read, and another put in its place, with every other byte as it is."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from harness.contract.content import FileLayout
from harness.contract.layout import Cell
from harness.formats.cells import numerals, packed
from harness.formats.cells.placed import Filled, filled
from harness.formats.cells.places import Places
from harness.formats.cells.room import NoRoom
from harness.formats.units.unit import Unit


class Cells:
    """The cells of a layout.

    How a number's place is filled up, and what is written where a number is not negative, is remembered from the units
    that were seen: a value that fills its place does not show it.
    """

    def __init__(self, layout: FileLayout) -> None:
        self.layout = layout
        self._places = Places(layout)
        self._positive: dict[Cell, str] = {}
        self._blank: dict[Cell, Filled] = {}
        self._shows_plus = False

    @cached_property
    def columns(self) -> Mapping[str, Cell]:
        """Where each column of a record stands: as its layout says, else where the format has it."""
        by_name = self.layout.format == "jsonl" or self._places.units.structure in ("json", "xml")
        found = {}
        for position, column in enumerate(self.layout.columns, start=1):
            if column.cell is not None:
                found[column.name] = column.cell
            elif column.start is not None:
                found[column.name] = Cell(start=column.start, width=column.width)
            else:
                found[column.name] = Cell(path=(column.name,)) if by_name else Cell(field=position)
        return found

    def see(self, unit: Unit) -> None:
        """Remember the form of a unit that is not asked for anything."""
        self._places.line(unit)

    def text(self, unit: Unit, cell: Cell) -> str | None:
        """What stands there, without quotes, escapes and the blanks that pad it; None when there is no such place."""
        if cell.packed:
            value = packed.number(unit.data, cell)
            return None if value is None else f"{value:f}"
        return self._places.text(unit, cell)

    def with_text(self, unit: Unit, cell: Cell, text: str) -> Unit:
        """The unit with that text there, in the old one's padding, quotes and escapes; NoRoom if it cannot be."""
        if not cell.packed:
            return self._places.with_text(unit, cell, text)
        numeral = numerals.read(text, Cell(start=0))
        if numeral is None:
            raise NoRoom(f"found {text!r} for a packed number, expected a number")
        return unit._replace(data=packed.with_number(unit.data, cell, numeral.value))

    def number(self, unit: Unit, cell: Cell) -> Decimal | None:
        """The number that stands there; None when there is none."""
        if cell.packed:
            return packed.number(unit.data, cell)
        text = self.text(unit, cell)
        if text is None:
            return None
        if "+" in text:
            self._shows_plus = True
        number = numerals.number(text, cell, self._punches if cell.start is not None else None)
        if number is None or cell.negative is None:
            return number
        return -number if self._is_marked(unit, cell) else number

    def with_number(self, unit: Unit, cell: Cell, value: Decimal, *, digits: int | None = None) -> Unit:
        """The unit with that number there, in the old one's form; NoRoom if there is none, or it does not fit.

        ``digits``: so many are written, zeros before it, unless the old one has fewer.
        """
        if self.number(unit, cell) == value:
            return unit
        if cell.packed:
            return unit._replace(data=packed.with_number(unit.data, cell, value))
        old = self.text(unit, cell) or ""
        numeral = numerals.read(old, cell, self._punches if cell.start is not None else None)
        if numeral is None:
            raise NoRoom(f"found {old!r}, expected a number")
        if cell.negative is not None:
            if (value < 0) != self._is_marked(unit, cell):
                unit = self._remarked(unit, cell, negative=value < 0)
            value = abs(value)
        fixed = cell.start is not None
        fill = self._filled(unit, cell) if fixed else "right"
        if fill == "zeros" and numeral.group:
            fill = "left"
        zeros = fill == "zeros" or len(numeral.digits) == digits
        text = numeral.with_value(value, cell, zeros=zeros, placed=fixed, plus=self._shows_plus)
        if not fixed:
            text = _between_blanks(text, old)
        return self._places.with_text(unit, cell, text, otherwise=fill)

    def values(self, unit: Unit) -> dict[str, str]:
        """The columns of a record, as they are written; those that are not there are left out."""
        columns = self.columns
        if self._are_fields:
            return dict(zip(columns, self._places.fields_of(unit), strict=False))
        told = ((name, self.text(unit, cell)) for name, cell in columns.items())
        return {name: text for name, text in told if text is not None}

    def parts(self, unit: Unit) -> Iterator[Unit]:
        """The lines or segments of a record, each as a unit of its own kind: its own first, then its parts."""
        return self._places.parts(unit)

    @cached_property
    def _are_fields(self) -> bool:
        return all(cell == Cell(field=position) for position, cell in enumerate(self.columns.values(), start=1))

    @cached_property
    def _punches(self) -> numerals.Punches:
        """In EBCDIC the sign is in the upper half of the last byte, whatever character a code page has there."""
        encoded = self._places.encoded
        if not encoded.is_ebcdic:
            return numerals.ASCII_PUNCHES
        return {
            codecs.decode(bytes([zone | digit]), encoded.name): (sign, str(digit))
            for sign, zone in (("", 0xC0), ("-", 0xD0))
            for digit in range(10)
        }

    def _filled(self, unit: Unit, cell: Cell) -> Filled:
        """How a number's place is filled up, as far as the units that were seen tell."""
        span = self._places.span(unit, cell)
        shown = None if span is None else filled(span.raw)
        if shown is not None:
            self._blank[cell] = shown
        return self._blank.get(cell, "zeros")

    def _is_marked(self, unit: Unit, cell: Cell) -> bool:
        """Whether its sign, which stands elsewhere, is negative."""
        mark = None if cell.negative is None else self.text(unit, cell.negative.cell)
        if cell.negative is None or mark is None:
            return False
        if mark in cell.negative.values:
            return True
        self._positive[cell.negative.cell] = mark
        return False

    def _remarked(self, unit: Unit, cell: Cell, *, negative: bool) -> Unit:
        if cell.negative is None:
            return unit
        mark = cell.negative.values[0] if negative else self._positive.get(cell.negative.cell)
        mark = cell.negative.otherwise if mark is None else mark
        if mark is None:
            raise NoRoom("found no unit whose number is not negative, expected one to see how its sign is written")
        return self.with_text(unit, cell.negative.cell, mark)


def _between_blanks(text: str, old: str) -> str:
    """In the old one's width, as far as its blanks go."""
    behind = len(old) - len(old.rstrip(" "))
    if old.startswith(" "):
        return text.rjust(len(old) - behind) + " " * behind
    return text.ljust(len(old)) if behind else text
