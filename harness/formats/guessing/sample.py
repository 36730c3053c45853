"""The beginning of a file, and how it is read as text."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

SAMPLE_BYTES = 1 << 16
"""From so much of a file its structure, its delimiter and the types of its columns are told."""

LINE_FEED, RETURN, NEXT_LINE = "\n", "\r", "\x85"

EBCDIC = "cp037"
"""Digits and letters of EBCDIC stand at the same bytes in all its code pages; this is the one of most of them."""

_EBCDIC_DIGITS = range(0xF0, 0xFA)
_EBCDIC_LETTERS = [at + number for number in range(1, 10) for at in (0x80, 0x90, 0xC0, 0xD0)]
_EBCDIC_LETTERS += [at + number for number in range(2, 10) for at in (0xA0, 0xE0)]
_EBCDIC_TEXT = frozenset([0x40, *_EBCDIC_DIGITS, *_EBCDIC_LETTERS])
_MOSTLY, _SOME = 0.6, 0.05
_LOOKED_AT = 256
"""In so many bytes of it there is neither a blank nor a line feed of ASCII."""


@dataclass(frozen=True)
class Sample:
    """The first bytes of a file that is unpacked; ``whole``: there are no more."""

    head: bytes
    whole: bool

    @cached_property
    def encoding(self) -> str | None:
        """Of text; None for what is none."""
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in self.head:
            return None
        if self.head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        try:
            # The sample may end inside a character.
            codecs.getincrementaldecoder("utf-8")().decode(self.head)
        except UnicodeDecodeError:
            return "latin-1"
        return "utf-8"

    @cached_property
    def text(self) -> str:
        """As far as the sample has whole characters."""
        return self.head.decode(self.encoding or "latin-1", errors="ignore")

    @cached_property
    def ends(self) -> str | None:
        """What ends its lines where that is neither a line feed nor both of them, as text."""
        return _ends(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """Its whole lines, without their ends."""
        lines = re.split("\r?\n", self.text) if self.ends is None else self.text.split(self.ends)
        if lines and (not lines[-1] or (not self.whole and len(lines) > 1)):
            lines.pop()  # it may go on
        return lines

    @cached_property
    def is_ebcdic(self) -> bool:
        """Whether most of its bytes are blanks, digits and letters of EBCDIC."""
        first = self.head[:_LOOKED_AT]
        if self.encoding not in (None, "latin-1") or b" " in first or b"\n" in first:
            return False
        there = Counter(self.head)
        of_text, digits = (sum(there[byte] for byte in some) for some in (_EBCDIC_TEXT, _EBCDIC_DIGITS))
        return of_text > _MOSTLY * len(self.head) and digits > _SOME * len(self.head)

    def as_ebcdic(self) -> Sample:
        """The same bytes, read as EBCDIC."""
        return _Ebcdic(self.head, self.whole)


class _Ebcdic(Sample):
    encoding = EBCDIC


def _ends(text: str) -> str | None:
    if LINE_FEED in text:
        return None
    # A carriage return may be text; one alone between lines of a file without line feeds is not.
    return next((one for one in (RETURN, NEXT_LINE) if text.count(one) > 1 or text.endswith(one)), None)
