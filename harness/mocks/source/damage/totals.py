"""A trailer states one record, or one unit of its control total, more or fewer than there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from harness.contract.content import FileLayout
from harness.contract.effects.damages import WrongTotals
from harness.contract.layout import Stated
from harness.formats.cells import Cells, NoRoom
from harness.formats.damageable import stated_as
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.text import in_text
from harness.mocks.source.damage.units import as_laid_out, layout_of, rewritten, units_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(WrongTotals)
def totals(body: Body, source_file: SourceFile, given: WrongTotals) -> Body:
    """Add ``by`` to what the file states; of several such numbers, to that of the whole file, or else the first.

    `harness.formats.damageable.stated_as` says which of several is meant.
    """
    return in_text(body, source_file, lambda text: _wrong(text, source_file, given))


def _wrong(text: Body, source_file: SourceFile, given: WrongTotals) -> Body:
    layout, by = layout_of(source_file), Decimal(given.by)
    cells = Cells(layout)
    with as_laid_out():
        one = _meant(text, layout, cells, stated_as(given.of, layout))
    if one is None:
        raise NothingToDamage(f"the file states no {given.of.replace('_', ' ')}")

    def wrong(found: Iterator[Unit]) -> Iterator[Step]:
        done = False
        for unit in found:
            number = cells.number(unit, one.cell) if not done and unit.kind.name == one.kind else None
            if number is None:
                yield Step(unit, unit)
                continue
            try:
                yield Step(unit, cells.with_number(unit, one.cell, number + by))
            except NoRoom as error:
                raise NothingToDamage(f"its {one.name} is {number}, and cannot be {number + by}: {error}") from error
            done = True

    return rewritten(text, source_file, layout, given, wrong)


def _meant(text: Body, layout: FileLayout, cells: Cells, stated: Sequence[Stated]) -> Stated | None:
    """The likeliest that the file has; one that is not 0 goes first, for often nothing is added up there."""
    found: dict[int, bool] = {}
    for unit in units_of(text, layout):
        for rank, one in enumerate(stated):
            if (
                rank not in found
                and one.kind == unit.kind.name
                and (number := cells.number(unit, one.cell)) is not None
            ):
                found[rank] = not number
    ranks = sorted(found, key=lambda rank: (stated[rank].within is not None, found[rank], rank))
    return stated[ranks[0]] if ranks else None
