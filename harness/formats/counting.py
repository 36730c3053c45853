"""How many records a file of lines has, counted as they stream by: a line end inside a quoted value ends none."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import IO

_BLOCK_BYTES = 1 << 20
"""Twice this is the most that is in memory at once, however long a line is."""

_MAYBE_BLANK = (b"\n\n", b"\n\r", b"\n ", b"\n\t", b"\n\v", b"\n\f")


@dataclass
class Counted:
    """How many records there are that are not blank, header and trailer among them; and the last one's first line."""

    records: int = 0
    last: bytes = b""


def count(file: IO[bytes], delimiter: str | None = None) -> Counted:
    """All of a file; with a delimiter, as the csv module takes it apart: a quote counts where a value begins."""
    quotes = None if delimiter is None else _Quotes(delimiter.encode())
    counted, inside, going_on = Counted(), False, False
    while block := file.read(_BLOCK_BYTES) + file.readline(_BLOCK_BYTES):
        plain = quotes is None or b'"' not in block
        if plain and not (inside or going_on) and block.endswith(b"\n") and not _may_have_blanks(block):
            # Nearly every block of nearly every file: ten times faster than line by line.
            counted.records += block.count(b"\n")
            counted.last = block[block.rfind(b"\n", 0, -1) + 1 :]
            continue
        for piece in io.BytesIO(block):
            if not (inside or going_on) and piece.strip():
                counted.records += 1
                counted.last = piece
            if quotes is not None and (inside or b'"' in piece):
                inside = quotes.left_open(piece, inside=inside)
            going_on = not piece.endswith(b"\n")
    return counted


def _may_have_blanks(block: bytes) -> bool:
    # One byte is looked for seventy times faster than two.
    return block[:1].isspace() or any(start[1:] in block and start in block for start in _MAYBE_BLANK)


class _Quotes:
    """Whether a value's quotes are still open where a line ends."""

    def __init__(self, delimiter: bytes) -> None:
        self._delimiter = delimiter
        end = re.escape(delimiter)
        value = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^"%s]*+)' % end
        # Most lines are of this kind, and are told by one match.
        self._orderly = re.compile(rb"%s(?:%s%s)*\r?\n?" % (value, end, value))

    def left_open(self, line: bytes, *, inside: bool) -> bool:
        if not inside and self._orderly.fullmatch(line):
            return False
        at = 0
        while True:
            if not inside and line.startswith(b'"', at):
                inside, at = True, at + 1
            if inside:
                at = self._closing(line, at)
                if at < 0:
                    return True
                inside = False
            # What stands between here and the delimiter belongs to the value, quotes too.
            at = line.find(self._delimiter, at) + 1
            if at == 0:
                return False

    @staticmethod
    def _closing(line: bytes, at: int) -> int:
        """Just behind the quote that closes a value; -1 when none does."""
        while (at := line.find(b'"', at) + 1) > 0:
            if not line.startswith(b'"', at):
                return at
            at += 1
        return -1
