"""The bytes of a unit as text and back, so that what is not changed keeps its bytes."""

from __future__ import annotations

import codecs

from harness.formats.cells.room import NoRoom

MARK = "\ufeff"
"""The byte order mark, which stays in the text: it is a character before the first value."""


class Encoded:
    """A text encoding of units. UTF-16 and UTF-32 without a byte order in their name are told by each unit's bytes."""

    def __init__(self, name: str | None) -> None:
        self.name = codecs.lookup(name or "latin-1").name
        if self.name == "utf-8-sig":
            self.name = "utf-8"
        self._unordered = self.name in ("utf-16", "utf-32")
        # A byte that the encoding does not have must come back as it was; UTF-16 has no such bytes, but lone halves.
        self._errors = "surrogatepass" if self.name.startswith(("utf-16", "utf-32")) else "surrogateescape"

    @property
    def is_ebcdic(self) -> bool:
        """Whether digits are where mainframes have them."""
        return self.data("0") == b"\xf0"

    def text(self, data: bytes) -> str | None:
        """The text of a unit; None when its bytes are none."""
        try:
            return data.decode(self.codec(data) if self._unordered else self.name, self._errors)
        except UnicodeError:
            return None

    def data(self, text: str, codec: str | None = None) -> bytes:
        """The bytes of a text; NoRoom when the encoding does not have them."""
        try:
            return text.encode(codec or self.name, self._errors)
        except UnicodeError:
            raise NoRoom(f"found {text!r}, expected a text that {self.name} has") from None

    def codec(self, data: bytes) -> str:
        """The encoding with its byte order: by the mark, else by where the zeros of the commonest characters are."""
        if not self._unordered:
            return self.name
        size = 2 if self.name == "utf-16" else 4
        mark = data[:size]
        if mark in (codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE):
            return f"{self.name}-be"
        if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE):
            return f"{self.name}-le"
        big = data[0::size].count(0) > data[size - 1 :: size].count(0)
        return f"{self.name}-{'be' if big else 'le'}"

    def replaced(self, data: bytes, text: str, start: int, end: int, new: str) -> bytes:
        """The unit's ``data``, which begins with ``text``, with other characters from ``start`` to ``end`` of it."""
        if len(text) == len(data):
            # Each character is a byte.
            return data[:start] + self.data(new) + data[end:]
        codec = self.codec(data)
        before, old = self.data(text[:start], codec), self.data(text[start:end], codec)
        if not data.startswith(before + old):
            # Encodings with several ways to write a character, or with states: nothing else may change.
            raise NoRoom(f"found bytes that {self.name} writes otherwise, expected those that it writes")
        return before + self.data(new, codec) + data[len(before) + len(old) :]
