"""Lines end otherwise than was agreed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.content import FileLayout
from harness.contract.effects.damages import LineEnds
from harness.formats.units import Step, Unit
from harness.formats.units.encoding import opened
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.text import in_text
from harness.mocks.source.damage.units import Change, flat, layout_of, rewritten
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

ENDS = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}


@damage(LineEnds)
def line_ends(body: Body, source_file: SourceFile, given: LineEnds) -> Body:
    """End every line with CR LF, LF or CR, or leave only the last line's end out (``none_last``).

    In the file's encoding. Line ends within quotes are values, and stay. A last line that has no end gets none.
    """
    layout = flat(layout_of(source_file))

    def ended(text: Body) -> Body:
        change = _unended if given.ends == "none_last" else _ended(_end(text, layout, given))
        return rewritten(text, source_file, layout, given, change)

    return in_text(body, source_file, ended)


def _end(text: Body, layout: FileLayout, given: LineEnds) -> bytes:
    with text.open() as file:
        encoding, _, _ = opened(file, layout.encoding)
    return encoding.encode(ENDS[given.ends])


def _ended(end: bytes) -> Change:
    def change(found: Iterator[Unit]) -> Iterator[Step]:
        done = False
        for unit in found:
            now = unit
            if unit.end and unit.data[-unit.end :] != end:
                now, done = unit._replace(data=unit.body + end, end=len(end)), True
            yield Step(unit, now)
        if not done:
            raise NothingToDamage("the lines of the file end so already")

    return change


def _unended(found: Iterator[Unit]) -> Iterator[Step]:
    last = None
    for unit in found:
        if last is not None:
            yield Step(last, last)
        last = unit
    if last is None or not last.end:
        raise NothingToDamage("the last line of the file has no end")
    yield Step(last, last._replace(data=last.body, end=0))
