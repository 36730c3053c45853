"""A file that came in parts has one of them missing, twice, or out of order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, pairwise

from harness.contract.content import FileLayout
from harness.contract.effects.damages import WrongPart
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.records import by_library, in_records
from harness.mocks.source.damage.text import in_text
from harness.mocks.source.damage.units import as_laid_out, kept, layout_of, places, rewritten, units_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(WrongPart)
def part(body: Body, source_file: SourceFile, given: WrongPart) -> Body:
    """Of so many equal parts, this one is missing, comes twice, or after the next one (the last: before its own place).

    ``exact``: cut by bytes, as the file is. ``record_boundary``: between records, of what a compressed file unpacks to;
    header and trailer stay in their places, of the file and of each group. Of a file that its own library reads, parts
    have equally many records.
    """
    if given.where == "record_boundary" and by_library(source_file):
        return in_records(body, source_file, lambda records: _ranges(records, given))
    if given.where == "record_boundary":
        return in_text(body, source_file, lambda text: _between_records(text, source_file, given))
    return _by_bytes(body, given)


def _by_bytes(body: Body, given: WrongPart) -> Body:
    ends = [body.size * index // given.of for index in range(given.of + 1)]
    first, middle, last = _bounds(ends, given)
    if given.how == "missing":
        return body.part(0, first) + body.part(middle)
    if given.how == "doubled":
        return body.part(0, middle) + body.part(first)
    return body.part(0, first) + body.part(middle, last) + body.part(first, middle) + body.part(last)


def _ranges(records: int, given: WrongPart) -> list[range]:
    first, middle, last = _bounds([records * index // given.of for index in range(given.of + 1)], given)
    if given.how == "missing":
        return [range(first), range(middle, records)]
    if given.how == "doubled":
        return [range(middle), range(first, records)]
    return [range(first), range(middle, last), range(first, middle), range(last, records)]


def _between_records(text: Body, source_file: SourceFile, given: WrongPart) -> Body:
    layout = layout_of(source_file)
    with as_laid_out():
        parts = _parts(text, layout, given.of)
        first, middle, last = _bounds(parts, given)
        if given.how == "out_of_order":
            last = _end_in_group(islice(units_of(text, layout), first, last), first, given)

    def without_order(found: Iterator[Unit]) -> Iterator[Step]:
        yield from kept(islice(found, first))
        if given.how == "missing":
            yield from (Step(unit, unit if _is_frame(unit) else None) for unit in islice(found, middle - first))
        elif given.how == "doubled":
            again = islice(units_of(text, layout), first, middle)
            yield from _doubled(islice(found, middle - first), again)
        else:
            # What comes later is read ahead, so that no part is ever whole in memory.
            yield from (Step(None, unit) for unit in islice(units_of(text, layout), middle, last))
            yield from kept(islice(found, middle - first))
            yield from (Step(unit, None) for unit in islice(found, last - middle))
        yield from kept(found)

    return rewritten(text, source_file, layout, given, without_order)


def _is_frame(unit: Unit) -> bool:
    """Whether it stays where it is, whatever becomes of the records: the end of a group, the beginning of the next."""
    return unit.kind.role in ("header", "trailer")


def _end_in_group(found: Iterator[Unit], first: int, given: WrongPart) -> int:
    """Where the records of two parts end that can change their places.

    Raises NothingToDamage where they lie in several groups.
    """
    last, has_frame = first, False
    for number, unit in enumerate(found, start=first + 1):
        has_frame = has_frame or _is_frame(unit)
        if unit.is_record:
            last = number
            if has_frame:
                number = _first(given)
                raise NothingToDamage(f"parts {number} and {number + 1} of {given.of} do not lie in one group")
    return last


def _doubled(found: Iterator[Unit], again: Iterator[Unit]) -> Iterator[Step]:
    """A part that lies in several groups is there twice in each of them."""
    ahead = next(again, None)
    for unit in chain(found, (None,)):
        if unit is None or _is_frame(unit):
            while ahead is not None and not _is_frame(ahead):
                yield Step(None, ahead)
                ahead = next(again, None)
            ahead = next(again, None)
        if unit is not None:
            yield Step(unit, unit)


def _first(given: WrongPart) -> int:
    """Which part is meant, or is the first of two: out of order, the last one changes with the one before."""
    return given.part - (given.how == "out_of_order" and given.part == given.of)


def _bounds(ends: list[int], given: WrongPart) -> tuple[int, int, int]:
    """The part's both ends, and that of the next one."""
    number = _first(given)
    first, middle, last = ends[number - 1], ends[number], ends[min(number + 1, given.of)]
    for nth, begins, stops in ((number, first, middle), (number + 1, middle, last)):
        if begins == stops and (nth == number or given.how == "out_of_order"):
            raise NothingToDamage(f"part {nth} of {given.of} is empty")
    return first, middle, last


def _parts(text: Body, layout: FileLayout, of: int) -> list[int]:
    """How many units lie before each part: equal parts of the file by bytes, moved to the next record.

    Where one would be empty, for what stands around the records weighs so much, they are equal parts of the records.
    """
    ends, begins, stops = _ends(text, layout, of, 0, text.size)
    if any(first == last for first, last in pairwise(ends)):
        ends, _, _ = _ends(text, layout, of, begins, stops)
    return ends


def _ends(text: Body, layout: FileLayout, of: int, begins: int, stops: int) -> tuple[list[int], int, int]:
    """The ends of equal parts between these bytes, and the bytes between which the records are."""
    wanted = [begins + (stops - begins) * index // of for index in range(of)]
    ends, first, last, behind = list[int](), None, 0, 0
    for number, place in enumerate(places(text, layout)):
        if not place.unit.is_record:
            continue
        while len(ends) < of and place.start >= wanted[len(ends)]:
            ends.append(number)
        first = place.start if first is None else first
        last, behind = number + 1, place.start + len(place.unit.data)
    if first is None:
        raise NothingToDamage("the file has no records")
    return ends + [last] * (of + 1 - len(ends)), first, behind
