"""Lines whose values may be in quotes, as the csv module takes them apart.

A quote counts where a value begins, and two of them inside are one. Behind the quote that closes the value, and in a
value that does not begin with one, quotes are text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


class Quotes:
    """Where records and values end. Every character that counts here stands for itself in the bytes.

    Without a ``quote`` there are none. What stands behind ``release`` is text, whatever it is.
    """

    def __init__(
        self, delimiter: bytes, *, quote: bytes | None = b'"', ends: Sequence[bytes] = (b"\n",), release: bytes = b""
    ) -> None:
        self._delimiter, self._ends = delimiter, tuple(ends)
        self._quote = quote or b'"'
        value = text = _without([delimiter, *ends] if delimiter else ends, release)
        if quote:
            mark, inner = re.escape(quote), _without([quote], release if release != quote else b"")
            value = b"(?:%s%s(?:%s%s)*+%s%s|(?!%s)%s)" % (mark, inner, mark * 2, inner, mark, text, mark, text)
        record = b"%s(?:%s%s)*+" % (value, re.escape(delimiter), value) if delimiter else value
        end = b"(?:%s)" % b"|".join(map(re.escape, ends))
        self._one = value
        self._numbered: dict[int, re.Pattern[bytes]] = {}
        self._record = re.compile(record + end, re.DOTALL)
        self._records = re.compile(b"(?:%s)*+" % (record + end), re.DOTALL)
        # Most lines are of this kind, and are told by one match.
        self._orderly = re.compile(record + end + b"?", re.DOTALL)

    def records(self, block: bytes) -> list[bytes]:
        """The whole records that a block begins with, each with its end."""
        at_most = max(block.rfind(end) + len(end) if end in block else 0 for end in self._ends)
        found: list[bytes] = self._record.findall(block, 0, at_most)
        if sum(map(len, found)) != at_most:
            # One is not whole, behind which everything may look like what it is not.
            whole = self._records.match(block)
            found = self._record.findall(block, 0, whole.end() if whole else 0)
        return found

    def value(self, record: bytes, number: int) -> bytes | None:
        """A record's value of this number, from 1, in its quotes; None where it has fewer."""
        if number > 1 and not self._delimiter:
            return None
        if (pattern := self._numbered.get(number)) is None:
            before = b"(?:%s%s){%d}+" % (self._one, re.escape(self._delimiter), number - 1) if number > 1 else b""
            pattern = self._numbered[number] = re.compile(before + b"(%s)" % self._one, re.DOTALL)
        found = pattern.match(record)
        return None if found is None else found[1]

    def left_open(self, line: bytes, *, inside: bool) -> bool:
        """Whether a value's quotes are still open where a line ends, which began ``inside`` such a value or not."""
        if not inside and self._orderly.fullmatch(line):
            return False
        at = 0
        while True:
            if not inside and line.startswith(self._quote, at):
                inside, at = True, at + len(self._quote)
            if inside:
                at = self._closing(line, at)
                if at < 0:
                    return True
                inside = False
            # What stands between here and the delimiter belongs to the value, quotes too.
            at = line.find(self._delimiter, at)
            if at < 0:
                return False
            at += len(self._delimiter)

    def _closing(self, line: bytes, at: int) -> int:
        """Just behind the quote that closes a value; -1 when none does."""
        while (at := line.find(self._quote, at)) >= 0:
            at += len(self._quote)
            if not line.startswith(self._quote, at):
                return at
            at += len(self._quote)
        return -1


def _without(marks: Sequence[bytes], release: bytes) -> bytes:
    """Text, none or more, in which none of these stands, but behind a release."""
    begins = re.escape(b"".join(sorted({mark[:1] for mark in (*marks, release) if mark})))
    odd = []
    if release:
        odd.append(re.escape(release) + b".")
    if any(len(mark) > 1 for mark in marks):
        odd.append(b"(?!%s)[%s]" % (b"|".join(map(re.escape, (*marks, release) if release else marks)), begins))
    plain = b"[^%s]*+" % begins
    return b"%s(?:(?:%s)%s)*+" % (plain, b"|".join(odd), plain) if odd else plain
