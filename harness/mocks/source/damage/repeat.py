"""Some records are there twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from harness.contract.effects.damages import Repeat
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.records import by_library, in_records
from harness.mocks.source.damage.text import in_text
from harness.mocks.source.damage.units import as_laid_out, layout_of, rewritten, units_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Repeat)
def repeat(body: Body, source_file: SourceFile, given: Repeat) -> Body:
    """Put so many records from the middle of the file in a second time, right behind themselves.

    A record is there with what belongs to it. What the file states of itself is kept, or follows: then the sender
    counted and added up what it sent.
    """
    if by_library(source_file):
        return in_records(body, source_file, lambda records: _ranges(records, given.records))
    return in_text(body, source_file, lambda text: _doubled(text, source_file, given))


def _ranges(records: int, wanted: int) -> list[range]:
    first, behind = _block(records, wanted)
    return [range(behind), range(first, behind), range(behind, records)]


def _block(records: int, wanted: int) -> tuple[int, int]:
    """The first of those in the middle, and the first behind them."""
    count = min(wanted, records)
    first = (records - count) // 2
    return first, first + count


def _doubled(text: Body, source_file: SourceFile, given: Repeat) -> Body:
    layout = layout_of(source_file)
    with as_laid_out():
        records = sum(unit.is_record for unit in units_of(text, layout))
    if not records:
        raise NothingToDamage("the file has no records")
    first, behind = _block(records, given.records)

    def doubled(found: Iterator[Unit]) -> Iterator[Step]:
        # They are read a second time, so that not all of them are ever in memory.
        again = islice((unit for unit in units_of(text, layout) if unit.is_record), first, behind)
        number = due = 0
        for unit in found:
            if due and not unit.is_record:
                # A record that is there twice is so in its own batch.
                yield from (Step(None, one) for one in islice(again, due))
                due = 0
            yield Step(unit, unit)
            if unit.is_record:
                due += first <= number < behind
                number += 1
                if number == behind:
                    yield from (Step(None, one) for one in islice(again, due))
                    due = 0

    return rewritten(text, source_file, layout, ("repeat", behind - first), doubled, follow=given.totals == "follow")
