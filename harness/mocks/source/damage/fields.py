"""The values of a file's columns, each changed where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache

from harness.contract.content import FileLayout
from harness.contract.layout import Cell, UnitLayout
from harness.formats.cells import Cells, NoRoom, json_values
from harness.formats.cells.encoded import Encoded
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.separated import Separated
from harness.mocks.source.damage.units import in_units, layout_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


def in_columns(
    body: Body,
    source_file: SourceFile,
    recipe: object,
    types: Collection[str],
    change: Callable[[str], str],
    none_changed: Callable[[], NothingToDamage],
) -> Body:
    """The file with every value of the columns of these types as ``change`` makes it, where there is room for that.

    A number of JSON that becomes none is written as a string.
    ``none_changed``: what to raise where no value has become another one.
    """
    layout = layout_of(source_file)
    columns = Cells(layout).columns
    chosen = [columns[column.name] for column in layout.columns if column.type in types]
    # The same day stands in most records of a night.
    in_record = _InRecord(layout, chosen, lru_cache(_REMEMBERED)(change))

    def changed(found: Iterator[Unit]) -> Iterator[Step]:
        done = False
        for unit in found:
            now = in_record.changed(unit) if unit.is_record else unit
            done = done or now is not unit
            yield Step(unit, now)
        if not done:
            raise none_changed()

    return in_units(body, source_file, recipe, changed)


_REMEMBERED = 4096


class _InRecord:
    """The values at some cells of a record, each changed where there is room for what it becomes."""

    def __init__(self, layout: FileLayout, chosen: Sequence[Cell], change: Callable[[str], str]) -> None:
        self._cells, self._encoded = Cells(layout), Encoded(layout.encoding)
        self._chosen, self._change = chosen, change
        units = layout.units or UnitLayout()
        are_fields = all(cell.field is not None and cell.component is None for cell in chosen)
        is_separated = units.structure == "lines" and bool(units.separators)
        self._separated = Separated(units) if are_fields and is_separated else None

    def changed(self, unit: Unit) -> Unit:
        """The same unit where nothing becomes another value."""
        if self._separated is not None and unit.lines == 1 and (made := self._in_plain_fields(unit, self._separated)):
            return made
        now = unit
        for cell in self._chosen:
            old = self._cells.text(now, cell)
            if old and (new := self._change(old)) != old:
                try:
                    now = self._cells.with_text(now, cell, new)
                except NoRoom:
                    now = _as_string(self._encoded, now, cell, new) or now
        return now

    def _in_plain_fields(self, unit: Unit, how: Separated) -> Unit | None:
        """A quarter of the time, for a line without quotes; None where its values are not that plain."""
        text = self._encoded.text(unit.body)
        if text is None or not how.is_plain(text):
            return None
        fields, done = text.split(how.separator), False
        for cell in self._chosen:
            at = (cell.field or 1) - 1
            old = fields[at] if at < len(fields) else ""
            if old and (new := self._change(old)) != old:
                if not _PLAIN.fullmatch(new) or not how.is_plain(new) or (how.separator in new and not how.quote):
                    return None
                if how.separator in new:
                    new = f"{how.quote}{new}{how.quote}"
                fields[at], done = new, True
        if not done:
            return unit
        data = self._encoded.data(how.separator.join(fields), self._encoded.codec(unit.body))
        return unit._replace(data=data + unit.data[len(unit.data) - unit.end :])


_PLAIN = re.compile(r"[0-9A-Za-z.,:+ \-]+")
"""What needs no quotes, unless it has what separates."""


def _as_string(encoded: Encoded, unit: Unit, cell: Cell, text: str) -> Unit | None:
    """A record whose number at a path of JSON is a string then; None where that is none."""
    whole = encoded.text(unit.data)
    found = json_values.span(whole, cell.path) if whole is not None and cell.path else None
    if whole is None or found is None or not found.raw.lstrip("-")[:1].isdigit():
        return None
    return unit._replace(data=encoded.replaced(unit.data, whole, found.start, found.end, json.dumps(text)))
