"""The trailer record is missing, and every line that is left is whole."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.effects.damages import DropTrailer
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.units import in_units
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(DropTrailer)
def drop_trailer(body: Body, source_file: SourceFile, _: DropTrailer) -> Body:
    """Leave the file's own trailer out, of one line or several; those of its batches stay, and what fills it up."""
    return in_units(body, source_file, "drop_trailer", _without)


def _without(found: Iterator[Unit]) -> Iterator[Step]:
    held = list[Unit]()
    for unit in found:
        if unit.kind.role in ("trailer", "filling"):
            held.append(unit)
            continue
        yield from (Step(one, one) for one in held)
        held.clear()
        yield Step(unit, unit)
    gone = {id(one) for one in _own(held)}
    if not gone:
        raise NothingToDamage("the file does not end with a trailer")
    yield from (Step(one, None if id(one) in gone else one) for one in held)


def _own(held: list[Unit]) -> Iterator[Unit]:
    """The last trailer line, with those before it that end nothing else: a batch, a message, an account."""
    for number, unit in enumerate(reversed([one for one in held if one.kind.role == "trailer"])):
        if unit.kind.closes is None or not number:
            yield unit
        if unit.kind.closes is not None:
            return
