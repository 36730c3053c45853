"""Pieces of one length, without line ends: records of a mainframe, of a tape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from harness.contract.content import FileLayout
from harness.formats.units.encoding import opened
from harness.formats.units.kinds import known
from harness.formats.units.lines import MARK
from harness.formats.units.split import whole_lines
from harness.formats.units.unit import NotAsLaidOut, Unit


def read(file: IO[bytes], layout: FileLayout) -> Iterator[Unit]:
    """Each piece; what is left at the end and too short to be one is told by its signs like them: a record cut off."""
    made = layout.units
    if made is None or made.length is None:
        raise NotAsLaidOut(0, "a layout without a length", "one that says how long a piece is")
    encoding, mark, head = opened(file, layout.encoding)
    if mark:
        yield Unit(MARK, mark, 0, 0)
    length = made.length

    def split(block: bytes) -> list[bytes]:
        return [block[at : at + length] for at in range(0, len(block) - length + 1, length)]

    found = whole_lines(file, split, head, len(mark))
    yield from known(((pieces, [0] * len(pieces)) for pieces in found), made, encoding)
