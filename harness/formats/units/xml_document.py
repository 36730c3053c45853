"""An XML document as its units: the elements that are records, what opens and closes a group of them, and the rest.

Expat says where elements begin and end; the bytes are the document's own, in whatever encoding it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from harness.contract.content import FileLayout
from harness.contract.layout import Kind, UnitLayout
from harness.formats.units.document import BETWEEN, BLOCK, kind_of
from harness.formats.units.unit import NotAsLaidOut, Unit
from harness.formats.units.xml_marks import Mark, XmlMarks
from harness.formats.units.xml_tags import TagMarks
from harness.formats.units.xml_text import HEAD_BYTES, Script, script_of


def read(file: IO[bytes], layout: FileLayout) -> Iterator[Unit]:
    """Its header up to the first record, the records, its trailer from behind the last one.

    Blanks behind a record are its end. A group's start tag with all up to its first record is a header that opens it;
    what is behind its last record, with its end tag, is a trailer that closes it. What else stands between two records
    is a header of the kind `BETWEEN`. Raises NotAsLaidOut where the document is cut, or is none.
    """
    units = layout.units or UnitLayout(structure="xml")
    read = b""
    while len(read) < HEAD_BYTES and (more := file.read(BLOCK)):
        read += more
    script = script_of(read, layout.encoding)
    marks = _marks(script, units, read)
    cut = _Cut(script, units.kinds)
    is_last = False
    while not is_last:
        is_last = not read
        cut.window += read
        wrong = marks.feed(read, cut.window, cut.before, is_last=is_last)
        yield from cut.units(marks.found, is_last=is_last or wrong is not None)
        if wrong is not None:
            raise wrong
        read = file.read(max(BLOCK, len(cut.window)))
    yield from cut.rest()


def _marks(script: Script, units: UnitLayout, head: bytes) -> TagMarks | XmlMarks:
    """The fast way where it is one: what a DOCTYPE declares may stand for tags."""
    names = units.records + units.groups
    is_plain = all(name.isascii() and not name.startswith("{") for name in names)
    chosen = TagMarks if names and is_plain and script.size == 1 and b"<!DOCTYPE" not in head else XmlMarks
    return chosen(units.records, units.groups, script.said)


class _Cut:
    """The document is cut at its marks. ``window`` has what is read and not yet cut off, ``before`` how much was."""

    def __init__(self, script: Script, kinds: tuple[Kind, ...]) -> None:
        self.window = b""
        self.before = 0
        self._script = script
        self._kinds = kinds
        self._record = kind_of(kinds, "record")
        self._first = kind_of(kinds, "header")
        self._kind = self._first

    def units(self, marks: list[Mark], *, is_last: bool) -> Iterator[Unit]:
        """What can be cut off by these marks, which are taken from the list."""
        done = begin = 0
        window, before, script, record, make = self.window, self.before, self._script, self._record, tuple.__new__
        for says, position, group in marks:
            at = position - before
            if says == "record" or says == "group":
                if not script.is_tag(window, at):
                    raise NotAsLaidOut(position, "an entity that stands for an element", "the element itself")
                if at > begin:
                    yield Unit(self._kind, window[begin:at])
                begin = at
                if says == "group":
                    self._kind = kind_of(self._kinds, "header", opens=group)
            elif says == "end of root":
                if self._kind is self._first:
                    yield Unit(self._kind, window[begin:at])
                    begin = at
                    self._kind = BETWEEN
            else:
                is_empty_group = self._kind.opens == group and says == "end of group"
                if says != "behind record":
                    at = script.tag_end(window, begin if is_empty_group or says == "end of record" else at, at)
                end = script.blanks_end(window, at)
                if len(window) - end < script.size and not is_last:
                    # Blanks may go on in the next block.
                    break
                if says == "end of group":
                    if is_empty_group:
                        yield Unit(self._kind, window[begin : position - before])
                        begin = position - before
                    yield Unit(kind_of(self._kinds, "trailer", closes=group), window[begin:end], end - at)
                else:
                    yield make(Unit, (record, window[begin:end], end - at, 1))
                begin = end
                self._kind = BETWEEN
            done += 1
        del marks[:done]
        self.window = window[begin:]
        self.before += begin

    def rest(self) -> Iterator[Unit]:
        """The trailer, after all marks."""
        if self.window:
            yield Unit(kind_of(self._kinds, "trailer"), self.window)
