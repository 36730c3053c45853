"""One bit of a file is another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.contract.content import FileLayout
from harness.contract.effects.damages import Flip
from harness.contract.layout import Cell, UnitLayout
from harness.formats.cells import Cells, NoRoom
from harness.formats.cells.places import Places
from harness.formats.record_values import WHOLE_LINE, mark_cells, number_cells, text_cells
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import chosen, damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.units import Change, in_units, layout_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

_CASE, _LOWEST = 0x20, 0x01
"""The bit that makes an ASCII letter another letter, and the one that makes a digit another digit."""

_LETTER, _DIGIT = re.compile(r"[A-Za-z]"), re.compile(r"[0-9]")

_ESCAPED = {
    "json": r"\\u[0-9A-Fa-f]{4}|\\.",
    "xml": r"<!\[CDATA\[|<!--.*?-->|<\?.*?\?>|&[^;]*;",
}
"""What stands in a value and is not what it says."""

_OF_NUMBERS = (*'"-', *"0123456789")
"""How a number of JSON begins, or a string that may hold one."""


@damage(Flip)
def flip(body: Body, source_file: SourceFile, given: Flip) -> Body:
    """One bit at a place that the content decides.

    ``text``: in the first letter of a text, which stays a letter. ``number``: in the last digit of a number (of the
    column that is added up, if there is one), which stays a digit. ``anywhere``: the lowest bit of any byte. In an
    encoding that is not ASCII's, the character is the one that the bit would make it there.
    """
    where = given.where
    if where == "anywhere":
        return _anywhere(body, chosen(source_file, "flip", body.size))
    layout, first = layout_of(source_file), chosen(source_file, "flip", source_file.records)
    try:
        return in_units(body, source_file, ("flip", where, first), _from_record(layout, where, first))
    except NothingToDamage:
        # Only records before that one may have such a place.
        return in_units(body, source_file, ("flip", where, 0), _from_record(layout, where, 0))


def _from_record(layout: FileLayout, where: str, first: int) -> Change:
    flip_in = _Flip(layout, where)

    def flipped(found: Iterator[Unit]) -> Iterator[Step]:
        number, done = 0, False
        for unit in found:
            now = flip_in.flipped(unit) if unit.is_record and not done and number >= first else None
            done = done or now is not None
            number += unit.is_record
            yield Step(unit, now or unit)
        if not done:
            raise NothingToDamage(f"no record of the file has a {where} to flip a bit of")

    return flipped


class _Flip:
    """The bit of a record that is flipped: in a column that is known, else in a letter behind what tells its kind."""

    def __init__(self, layout: FileLayout, where: str) -> None:
        self._layout, self._places, self._cells = layout, Places(layout), Cells(layout)
        self._is_text = where == "text"
        self._pattern, self._bit = (_LETTER, _CASE) if self._is_text else (_DIGIT, _LOWEST)
        units = layout.units or UnitLayout()
        self._kinds, self._separator = units.kinds, next(iter(units.separators), "")
        escaped = _ESCAPED["xml" if units.structure == "xml" else "json"]
        self._in_path = re.compile(rf"{escaped}|({self._pattern.pattern})", re.S)
        self._has_strings = units.structure != "xml"
        self._of: dict[str, list[Cell]] = {}
        self._marks = [*mark_cells(layout)]
        self._no_texts = [*number_cells(layout), *self._others_than_texts()]

    def _others_than_texts(self) -> Iterator[Cell]:
        return (self._cells.columns[column.name] for column in self._layout.columns if column.type != "text")

    def flipped(self, unit: Unit) -> Unit | None:
        """None where it has no such place."""
        if unit.kind.name not in self._of:
            layout = self._layout
            self._of[unit.kind.name] = text_cells(layout) if self._is_text else number_cells(layout, unit.kind)
        cells = self._of[unit.kind.name]
        tried = (self._in_lines(unit) if cell == WHOLE_LINE else self._in_cell(unit, cell) for cell in cells)
        return next(filter(None, tried), None)

    def _in_lines(self, unit: Unit) -> Unit | None:
        """In the first line of the record that has a letter."""
        pieces = list(self._cells.parts(unit))
        for at, piece in enumerate(pieces):
            if piece.kind.role == "filling" or (now := self._in_cell(piece, WHOLE_LINE)) is None:
                continue
            return unit._replace(data=b"".join(one.data for one in (*pieces[:at], now, *pieces[at + 1 :])))
        return None

    def _in_cell(self, unit: Unit, cell: Cell) -> Unit | None:
        if cell.packed:
            return self._in_packed(unit, cell)
        span = self._places.span(unit, cell)
        found = [] if span is None else self._places_in(span.raw, is_path=bool(cell.path))
        if span is None or not found:
            return None
        # Where signs are is known at once, and most often they are all that a line without a text has.
        for kept in (self._signs, self._kept) if not cell.path else ():
            places = list(kept(unit, cell))
            found = [at for at in found if not any(span.start + at in there for there in places)]
            if not found:
                return None
        at = found[0]
        try:
            return self._places.with_character(unit, cell, at, chr(ord(span.raw[at]) ^ self._bit))
        except NoRoom:
            return None

    def _in_packed(self, unit: Unit, cell: Cell) -> Unit | None:
        """The last digit is in the upper half of the last byte, beside the sign."""
        if self._cells.number(unit, cell) is None:
            return None
        last = (len(unit.data) if cell.width is None else (cell.start or 0) + cell.width) - 1
        return unit._replace(data=unit.data[:last] + bytes([unit.data[last] ^ _LOWEST << 4]) + unit.data[last + 1 :])

    def _places_in(self, raw: str, *, is_path: bool) -> list[int]:
        """Letters, or digits from the last one on, that say what they are."""
        if is_path and self._has_strings and not raw.startswith(('"',) if self._is_text else _OF_NUMBERS):
            return []
        pattern = self._in_path if is_path else self._pattern
        found = [match.start() for match in pattern.finditer(raw) if not is_path or match[1]]
        return found if self._is_text else found[::-1]

    def _kept(self, unit: Unit, cell: Cell) -> Iterator[range]:
        """What must stay as it is: fields that tell kinds, marks of numbers, and in the whole line, what is no text."""
        cells = [*self._marks, *(self._no_texts if cell == WHOLE_LINE else ())]
        cells += {Cell(field=kind.field) for kind in self._kinds if kind.field is not None}
        spans = filter(None, (self._places.span(unit, one) for one in cells if not one.path))
        return (range(span.start, span.end) for span in spans)

    def _signs(self, unit: Unit, _: Cell) -> Iterator[range]:
        """Of its own kind the whole field; of another kind the one character that it would be known by."""
        line = self._places.line(unit) or ""
        for kind in self._kinds:
            if kind.field is not None:
                continue
            for sign in kind.starts:
                start, end = kind.at, kind.at + len(sign)
                if kind.name != unit.kind.name:
                    pairs = enumerate(zip(line[start:end], sign, strict=False), start)
                    other = [at for at, (mine, true) in pairs if mine != true]
                    start, end = (other[0], other[0] + 1) if len(other) == 1 else (start, start)
                elif self._separator:
                    start = line.rfind(self._separator, 0, start) + 1
                    end = max(end, line.find(self._separator, end - 1))
                yield range(start, end)


def _anywhere(body: Body, at: int) -> Body:
    if not body.size:
        raise NothingToDamage("the file is empty")
    other = bytes([body.read(at, 1)[0] ^ _LOWEST])
    return body.part(0, at) + Body.of_bytes(other) + body.part(at + 1)
