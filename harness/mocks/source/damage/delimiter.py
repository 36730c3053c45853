"""The values of a file are separated by another character than was agreed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.contract.effects.damages import Delimiter
from harness.formats.cells import NoRoom
from harness.formats.cells.encoded import Encoded
from harness.formats.units import Step, Unit
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.separated import Separated
from harness.mocks.source.damage.units import flat, in_units, layout_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

_NAMES_IT = re.compile('\ufeff?"?sep=', re.IGNORECASE)
"""What a line begins with that tells spreadsheets the delimiter; it separates nothing, and still names the old one."""


@damage(Delimiter)
def delimiter(body: Body, source_file: SourceFile, given: Delimiter) -> Body:
    """Separate header, records and trailer of a file of lines by ``delimiter``; quotes stay where they are."""
    layout, other = flat(layout_of(source_file)), given.delimiter
    if layout.units is None or not layout.units.separators:
        raise NothingToDamage("the values of the file are not separated by a character")
    how, encoded = Separated(layout.units), Encoded(layout.encoding)
    if how.separator == other:
        raise NothingToDamage(f"the values of the file are separated by {other!r} already")

    def separated(found: Iterator[Unit]) -> Iterator[Step]:
        done = False
        for unit in found:
            text = encoded.text(unit.body)
            if text is None or how.separator not in text or _NAMES_IT.match(text):
                yield Step(unit, unit)
                continue
            try:
                data = encoded.data(how.separated(text, other), encoded.codec(unit.body))
            except NoRoom as error:
                raise NothingToDamage(str(error)) from error
            done = True
            yield Step(unit, unit._replace(data=data + unit.data[len(unit.data) - unit.end :]))
        if not done:
            raise NothingToDamage(f"no line of the file has two values, separated by {how.separator!r}")

    return in_units(body, source_file, given, separated, layout=layout)
