"""Nothing is in the file, or nothing but its header."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.effects.damages import Empty
from harness.contract.layout import DOCUMENTS
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.records import by_library, in_records
from harness.mocks.source.damage.units import in_units, layout_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Empty)
def empty(body: Body, source_file: SourceFile, given: Empty) -> Body:
    """Leave ``nothing`` (no byte, compressed or not), or the ``header`` alone; of a document, also its end.

    With ``no_records`` all but the records is left, and states that there are none. Of a file that its own library
    reads both leave the schema.
    """
    if given.leave == "nothing":
        if not body.size:
            raise NothingToDamage("the file is empty already")
        return Body()
    if by_library(source_file):
        return in_records(body, source_file, lambda _: [])
    layout = layout_of(source_file)
    is_document = layout.units is not None and layout.units.structure in DOCUMENTS
    if given.leave == "no_records" or is_document:
        follow = given.leave == "no_records"
        return in_units(body, source_file, "no records", _without_records, follow=follow)
    return in_units(body, source_file, "header", _header)


def _without_records(found: Iterator[Unit]) -> Iterator[Step]:
    were = False
    for unit in found:
        were = were or unit.is_record
        yield Step(unit, None if unit.is_record else unit)
    if not were:
        raise NothingToDamage("the file has no records")


def _header(found: Iterator[Unit]) -> Iterator[Step]:
    """What comes before the first record, or before a trailer where there is none."""
    has_one = False
    for unit in found:
        if unit.kind.role not in ("header", "filling"):
            if not has_one:
                raise NothingToDamage("the file has no header")
            return
        has_one = has_one or unit.kind.role == "header"
        yield Step(unit, unit)
    raise NothingToDamage("the file has nothing but its header" if has_one else "the file has no header")
