"""A file of segments as its units: EDIFACT, X12, and whatever else ends its records with a character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from harness.contract.content import FileLayout
from harness.contract.layout import Kind, UnitLayout
from harness.formats.units.encoding import Encoding, opened
from harness.formats.units.kinds import Batch, known
from harness.formats.units.lines import MARK
from harness.formats.units.service import HEAD_CHARACTERS, UNA, UNA_CHARACTERS, with_service
from harness.formats.units.split import Split, whole_lines
from harness.formats.units.unit import NotAsLaidOut, Unit

ADVICE = Kind(name="service string advice", role="header")
"""A UNA, which says the separators and is no segment: it is counted nowhere."""

_LINE_ENDS = "\r\n"


def read(file: IO[bytes], layout: FileLayout) -> Iterator[Unit]:
    """Each segment with its terminator and the line ends behind it, records with all that belongs to them.

    What the file says of its own characters goes before what the layout says. What is left over behind the last
    terminator is a segment without an end. Raises NotAsLaidOut where a segment does not end.
    """
    encoding, mark, head = opened(file, layout.encoding)
    if encoding.width > 1:
        raise NotAsLaidOut(0, f"the encoding {encoding.name}", "one in which separators are single bytes")
    while len(head) < HEAD_CHARACTERS and (more := file.read(HEAD_CHARACTERS)):
        head += more
    units = layout.units or UnitLayout(structure="segments")
    units = with_service(units, encoding.decode(head))
    if units.ends is None:
        raise NotAsLaidOut(0, "neither UNA nor ISA", "one of them, or a layout that says what ends a segment")
    marks = _Marks(units, encoding)
    before = len(mark)
    if encoding.decode(head[:UNA_CHARACTERS]).startswith(UNA):
        length = UNA_CHARACTERS + marks.line_ends(head, UNA_CHARACTERS)
        yield Unit(ADVICE, mark + head[:length], length - UNA_CHARACTERS, 0)
        before, head = before + length, head[length:]
    elif mark:
        yield Unit(MARK, mark, 0, 0)
    yield from known(marks.batches(whole_lines(file, marks.split(), head, before)), units, encoding)


class _Marks:
    """What ends a segment, and what is released of that."""

    def __init__(self, units: UnitLayout, encoding: Encoding) -> None:
        self._end = encoding.encode(units.ends or "")
        self._blank = encoding.encode(_LINE_ENDS)
        end, blank = re.escape(self._end), re.escape(self._blank)
        release = re.escape(encoding.encode(units.release)) if units.release else b""
        text = rb"(?:[^%s%s]++|%s(?:.|\Z))*+" % (end, release, release) if release else rb"[^%s]*+" % end
        whole = text + end + rb"[%s]*+" % blank
        self._whole = re.compile(whole, re.DOTALL)
        # What does not end is found too: a search that fails would go on in the middle of a segment.
        self._any = re.compile(whole + rb"|" + text + rb"\Z", re.DOTALL)

    def line_ends(self, data: bytes, at: int) -> int:
        """How many bytes of line ends are there."""
        rest = data[at:]
        return len(rest) - len(rest.lstrip(self._blank))

    def split(self) -> Split:
        """The segments that a block begins with, but for the last, whose line ends may go on in the next block."""
        find = self._any.findall

        def split(block: bytes) -> list[bytes]:
            found: list[bytes] = find(block)
            while found and not found[-1]:
                found.pop()
            return found[:-1]

        return split

    def batches(self, found: Iterator[list[bytes]]) -> Iterator[Batch]:
        """Segments with the lengths of their ends. One that has none can only be the last."""
        end, blank, size = self._end, self._blank, len(self._end)
        for segments in found:
            bodies = map(bytes.rstrip, segments, [blank] * len(segments))
            if end in (b"\r", b"\n"):
                ends = [len(segment) - len(body) for segment, body in zip(segments, bodies, strict=True)]
            else:
                ends = [len(segment) - len(body) + size for segment, body in zip(segments, bodies, strict=True)]
            if not self._whole.fullmatch(segments[-1]):
                ends[-1] = 0
            yield segments, ends
