"""A file of lines, in any encoding, with any line ends, which may also stand in quotes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from harness.contract.content import FileLayout
from harness.contract.layout import Kind, UnitLayout
from harness.formats.units.encoding import Encoding, opened
from harness.formats.units.kinds import Batch, known
from harness.formats.units.signs import CONTROL_Z, FILLING
from harness.formats.units.split import ends_of, splitter, whole_lines
from harness.formats.units.unit import Unit

MARK = Kind(name="byte order mark", role="filling")
"""A unit of its own and no line, so that whatever happens to the lines, the file begins with it."""


def read(file: IO[bytes], layout: FileLayout) -> Iterator[Unit]:
    """Each line with its end; the byte order mark, and a 0x1A at the end of the file, are units of no line."""
    made = layout.units or UnitLayout()
    encoding, mark, head = opened(file, layout.encoding)
    if mark:
        yield Unit(MARK, mark, 0, 0)
    ended = _Ended(made, encoding)
    yield from known(ended.batches(whole_lines(file, splitter(made, encoding), head, len(mark))), made, encoding)
    if ended.behind:
        yield Unit(FILLING, ended.behind, 0, 0)


class _Ended:
    """Lines with the lengths of their ends; and what stands ``behind`` the last one."""

    def __init__(self, layout: UnitLayout, encoding: Encoding) -> None:
        self._encoding = encoding
        self._ends = tuple(map(encoding.encode, ends_of(layout, encoding)))
        self._long = tuple(encoding.encode("\r") + end for end in self._ends) if layout.ends is None else ()
        self.behind = b""

    def batches(self, found: Iterator[list[bytes]]) -> Iterator[Batch]:
        short, both, long = len(self._ends[0]), len((*self._long, b"")[0]), self._long
        for lines in found:
            last = lines[-1]
            open_ended = not last.endswith(self._ends) or len(last) % self._encoding.width > 0
            if open_ended:
                lines[-1], self.behind = self._parted(last)
            ends = [both if line.endswith(long) else short for line in lines] if long else [short] * len(lines)
            if open_ended:
                ends[-1] = 0
                if not lines[-1]:
                    del lines[-1], ends[-1]
            yield lines, ends

    def _parted(self, line: bytes) -> tuple[bytes, bytes]:
        """A line that has no end, and 0x1A behind it."""
        width, narrow = self._encoding.width, self._encoding.narrow
        if len(line) % width:
            return line, b""
        text = len(narrow(line).rstrip(narrow(self._encoding.encode(CONTROL_Z)))) * width
        return line[:text], line[text:]
