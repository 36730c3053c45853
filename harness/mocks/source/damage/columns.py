"""A file has other columns than were agreed, or has them in another order."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.effects.damages import OtherColumns
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.drift import drift_of
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.units import flat, in_units, layout_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(OtherColumns)
def columns(body: Body, source_file: SourceFile, given: OtherColumns) -> Body:
    """One column is added before ``column``, dropped, renamed, or moved to the end.

    Where none is named, it is the first that does not say what kind of record it is. The header line that names the
    columns follows, or is kept as it was. Every other value stays as it is written.
    """
    layout = layout_of(source_file)
    drift = drift_of(layout, given)
    parts = {kind.name for kind in (layout.units.kinds if layout.units else ()) if kind.role == "part"}

    def changed(found: Iterator[Unit]) -> Iterator[Step]:
        done = False
        for unit in found:
            now = unit
            if unit.is_record and unit.kind.name not in parts:
                now = drift.record(unit)
            elif unit.kind.role == "header" and given.header == "follows" and drift.names_columns(unit):
                now = drift.header(unit)
            done = done or now is not unit
            yield Step(unit, now)
        if not done:
            raise NothingToDamage(f"no line of the file has the column {drift.column!r}")

    return in_units(body, source_file, given, changed, layout=flat(layout))
