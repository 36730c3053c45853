"""How the columns of one line drift: fields between separators, places of a fixed width, members of a JSON object."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from harness.contract.content import FileLayout
from harness.contract.effects.damages import OtherColumns
from harness.contract.layout import UnitLayout
from harness.formats.cells import Cells, NoRoom
from harness.formats.cells.encoded import MARK, Encoded
from harness.formats.units import Unit
from harness.formats.value_cells import drifting
from harness.mocks.source.damage import members
from harness.mocks.source.damage.members import Member
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.separated import Separated

ADDED, RENAMED = "remark", "{}_id"
"""What a new column is called, and what an old one is called then."""

T = TypeVar("T")


def drift_of(layout: FileLayout, given: OtherColumns) -> Drift:
    """How a column of this layout drifts."""
    name = drifting(given, layout)
    if name is None:
        raise NothingToDamage("its layout has no such column")
    cell = Cells(layout).columns[name]
    if cell.path:
        return InMembers(layout, name, given)
    return InFields(layout, name, given) if cell.field is not None else InPlaces(layout, name, given)


class Drift(ABC):
    """What becomes of a line; the same line where it does not have the column."""

    def __init__(self, layout: FileLayout, column: str, given: OtherColumns) -> None:
        self.column, self.how = column, given.how
        units = layout.units or UnitLayout()
        # Places of pieces are bytes.
        self.encoded = Encoded("latin-1" if units.structure == "length" else layout.encoding)
        self.blank = " ".encode(layout.encoding or "utf-8").decode("latin-1") if units.structure == "length" else " "
        self.units = units
        self.cells = Cells(layout).columns
        self.cell = self.cells[column]

    def record(self, unit: Unit) -> Unit:
        """A record whose values drift."""
        return unit if self.how == "renamed" and not self.cell.path else self._line(unit, "")

    def header(self, unit: Unit) -> Unit:
        """The header that names the columns; the new one's name is in it."""
        return self._line(unit, ADDED)

    def names_columns(self, unit: Unit) -> bool:
        """Whether a header line has each column's name where that column's values stand."""
        text = (self.encoded.text(unit.body) or "").removeprefix(MARK)
        return all(self._named(text, name).strip(" ").casefold() == name.casefold() for name in self.cells)

    def _line(self, unit: Unit, added: str) -> Unit:
        text = self.encoded.text(unit.body)
        if text is None:
            return unit
        mark = MARK if text.startswith(MARK) else ""
        drifted = self.drifted(text.removeprefix(MARK), added)
        if drifted is None or mark + drifted == text:
            return unit
        try:
            data = self.encoded.data(mark + drifted, self.encoded.codec(unit.body))
        except NoRoom:
            return unit
        return unit._replace(data=data + unit.data[len(unit.data) - unit.end :])

    def moved(self, values: Sequence[T], at: int, added: T, renamed: T) -> list[T]:
        """The values of a line, of which one drifts."""
        before, value, behind = [*values[:at]], values[at], [*values[at + 1 :]]
        return {
            "added": [*before, added, value, *behind],
            "dropped": [*before, *behind],
            "renamed": [*before, renamed, *behind],
            "moved": [*before, *behind, value],
        }[self.how]

    @abstractmethod
    def drifted(self, text: str, added: str) -> str | None:
        """The text of a line; ``added``: what a new column has in it. None: the line does not have the column."""

    @abstractmethod
    def _named(self, text: str, column: str) -> str:
        """What a header line has in the place of a column."""


class InFields(Drift):
    """Between separators; each field stays as it is written."""

    def __init__(self, layout: FileLayout, column: str, given: OtherColumns) -> None:
        super().__init__(layout, column, given)
        self.separated = Separated(self.units)

    def drifted(self, text: str, added: str) -> str | None:
        """As many fields or one more or less."""
        fields, at = self.separated.fields(text), (self.cell.field or 1) - 1
        if at >= len(fields):
            return None
        return self.separated.separator.join(self.moved(fields, at, added, self._renamed(fields[at])))

    def _renamed(self, field: str) -> str:
        quote = self.units.quote or ""
        is_quoted = bool(quote) and len(field) > 1 and field.startswith(quote) and field.endswith(quote)
        return f"{field[:-1]}{RENAMED.format('')}{quote}" if is_quoted else RENAMED.format(field)

    def _named(self, text: str, column: str) -> str:
        fields, at = self.separated.fields(text), (self.cells[column].field or 1) - 1
        return fields[at].strip(self.units.quote or " ") if at < len(fields) else ""


class InPlaces(Drift):
    """In places of a fixed width; a line stays as long as it was, unless the new column needs more."""

    def drifted(self, text: str, added: str) -> str | None:
        """What fills the line up behind its columns makes room for a new one."""
        start, end = self.cell.start or 0, (self.cell.start or 0) + (self.cell.width or 0)
        last = max((cell.start or 0) + (cell.width or 0) for cell in self.cells.values())
        if len(text) < end:
            return None
        width = len(ADDED) + 1
        new = added.ljust(width) if added else self.blank * width
        name = _placed(RENAMED.format(text[start:end].strip()), text[start:end])
        before, value, behind, filling = text[:start], text[start:end], text[end:last], text[last:]
        made = "".join(self.moved([before, value, behind], 1, new, name))
        missing = len(text) - len(filling) - len(made)
        if missing >= 0:
            return made + self.blank * missing + filling
        is_blank = not filling.strip(self.blank)
        return made + (filling[: max(0, len(filling) + missing)] if is_blank else filling)

    def _named(self, text: str, column: str) -> str:
        cell = self.cells[column]
        return text[cell.start or 0 : (cell.start or 0) + (cell.width or 0)]


def _placed(name: str, like: str) -> str:
    """A name in another one's place, cut off where it is longer than that."""
    is_right = like.startswith(" ") and not like.endswith(" ")
    return (name.rjust(len(like)) if is_right else name.ljust(len(like)))[: len(like)]


class InMembers(Drift):
    """In the members of a JSON object."""

    def drifted(self, text: str, added: str) -> str | None:  # noqa: ARG002 - a new member says its name by itself
        """The members; what lies deeper stays."""
        return members.changed(text, self._members)

    def _members(self, found: list[Member]) -> list[Member]:
        at = next((at for at, member in enumerate(found) if member.name == self.cell.path[0]), None)
        if at is None:
            return found
        was = found[at]
        new = Member(json.dumps(ADDED), ADDED, was.colon, '""')
        renamed = was._replace(key=json.dumps(RENAMED.format(was.name), ensure_ascii=False))
        return self.moved(found, at, new, renamed)

    def _named(self, text: str, column: str) -> str:  # noqa: ARG002 - no header names members
        return ""
