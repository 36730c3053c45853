"""Some numbers of a file are others, and what it states of itself agrees: a new version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from harness.contract.effects.damages import Revise
from harness.contract.layout import Cell
from harness.formats.cells import Cells, NoRoom
from harness.formats.record_values import number_cells
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.units import in_units, layout_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Revise)
def revise(body: Body, source_file: SourceFile, given: Revise) -> Body:
    """Add one to a number of every so-manieth record, and to the totals that the file states what that comes to."""
    layout, every = layout_of(source_file), given.every
    cells, places = Cells(layout), dict[str, list[Cell]]()

    def other(unit: Unit) -> Unit | None:
        """With one more in the first number that has room for it; None where there is none."""
        if unit.kind.name not in places:
            places[unit.kind.name] = number_cells(layout, unit.kind)
        for cell in places[unit.kind.name]:
            value = cells.number(unit, cell)
            if value is not None:
                with suppress(NoRoom):  # a number of nines; another one will do
                    return cells.with_number(unit, cell, value + 1)
        return None

    def revised(found: Iterator[Unit]) -> Iterator[Step]:
        number = done = 0
        for unit in found:
            number += unit.is_record
            now = other(unit) if unit.is_record and number % every == 0 else None
            done += now is not None
            yield Step(unit, now or unit)
        if not done:
            raise NothingToDamage(f"the file has {number:,} records, and no number in every {every:,}th of them")

    return in_units(body, source_file, ("revise", every), revised, follow=True)
