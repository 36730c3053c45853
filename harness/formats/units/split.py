"""A stream of bytes as whole lines, many at a time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from typing import IO

from harness.contract.layout import UnitLayout
from harness.formats.units.encoding import Encoding
from harness.formats.units.quotes import Quotes
from harness.formats.units.unit import NotAsLaidOut

BLOCK_BYTES = 1 << 18
"""So much is read at once, and more only of a line that is longer."""

LONGEST_BYTES = 1 << 26
"""A line that is longer, with what belongs to it, is taken for something else: it would have to be in memory."""

Split = Callable[[bytes], list[bytes]]
"""The whole lines that a block begins with, each with its end."""


def ends_of(layout: UnitLayout, encoding: Encoding) -> tuple[str, ...]:
    """What ends a line; a carriage return before a line feed belongs to it where nothing is said."""
    if layout.ends is not None:
        return (layout.ends,)
    # Mainframes end lines with NEL.
    return ("\n",) if encoding.narrow(encoding.encode("\n")) == b"\n" else ("\n", "\x85")


def splitter(layout: UnitLayout, encoding: Encoding) -> Split:
    """How a block of a file of this layout becomes lines."""
    ends = tuple(map(encoding.mark, ends_of(layout, encoding)))
    quote, release = encoding.mark(layout.quote or ""), encoding.mark(layout.release or "")
    split: Split = _plain(ends)
    if marks := [one for one in (quote, release) if one]:
        delimiter = encoding.mark("".join(layout.separators[:1]))
        careful: Split = Quotes(delimiter, quote=quote, ends=ends, release=release).records
        if not (release or encoding.plain or encoding.width > 1):
            careful = _decoded(split, layout, encoding)
        split = _where_needed(marks, careful, split)
    return split if encoding.width == 1 else _wide(split, encoding)


def _where_needed(marks: list[bytes], careful: Split, plain: Split) -> Split:
    return lambda block: careful(block) if any(one in block for one in marks) else plain(block)


def whole_lines(file: IO[bytes], split: Split, start: bytes, at: int) -> Iterator[list[bytes]]:
    """All of a file that begins with ``start``, at this byte; what is left over at its end is a line too.

    Raises NotAsLaidOut for a line that is too long.
    """
    rest = start
    # A line that goes on and on is searched again whenever it has become twice as long, later at every sixteenth.
    while block := file.read(max(BLOCK_BYTES, min(len(rest), LONGEST_BYTES // 16))):
        block = rest + block
        if lines := split(block):
            whole = sum(map(len, lines))
            at += whole
            rest = block[whole:]
            yield lines
        else:
            rest = block
        if len(rest) > LONGEST_BYTES:
            raise NotAsLaidOut(at, f"no line end in {len(rest)} bytes", "one, or a quote that closes a value before it")
    if rest:
        lines = split(rest)
        whole = sum(map(len, lines))
        yield [*lines, rest[whole:]] if whole < len(rest) else lines


def _plain(ends: tuple[bytes, ...]) -> Split:
    if ends == (b"\n",):
        return _at_line_feeds
    if len(ends) == 1:
        return lambda block: [line + ends[0] for line in block.split(ends[0])[:-1]]
    some = b"".join(map(re.escape, ends))
    return re.compile(b"[^%s]*+[%s]" % (some, some)).findall


def _at_line_feeds(block: bytes) -> list[bytes]:
    lines = io.BytesIO(block).readlines()
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
    return lines


def _decoded(plain: Split, layout: UnitLayout, encoding: Encoding) -> Split:
    """Lines in which a character's second byte may look like a delimiter: quotes are found in their text."""
    told = Encoding("utf-8")
    delimiter, quote = told.encode("".join(layout.separators[:1])), told.encode(layout.quote or "")
    quotes = Quotes(delimiter, quote=quote, ends=tuple(map(told.encode, ends_of(layout, encoding))))

    def split(block: bytes) -> list[bytes]:
        lines, pieces, inside = [], [], False
        for piece in plain(block):
            pieces.append(piece)
            inside = quotes.left_open(told.encode(encoding.decode(piece)), inside=inside)
            if not inside:
                lines.append(b"".join(pieces))
                pieces.clear()
        return lines

    return split


def _wide(split: Split, encoding: Encoding) -> Split:
    """Lines of characters of several bytes, found where only the characters are."""

    def wide(block: bytes) -> list[bytes]:
        lengths = (encoding.width * len(line) for line in split(encoding.narrow(block)))
        return [block[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]

    return wide
