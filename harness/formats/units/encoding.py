"""How a file's characters stand in its bytes, as far as line ends, quotes and delimiters must be found among them."""

from __future__ import annotations

import codecs
from typing import IO

from harness.formats.units.unit import NotAsLaidOut

_MARKS = {
    "utf-8": {codecs.BOM_UTF8: "utf-8"},
    "utf-16": {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"},
    "utf-16-le": {codecs.BOM_UTF16_LE: "utf-16-le"},
    "utf-16-be": {codecs.BOM_UTF16_BE: "utf-16-be"},
    "utf-32": {codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be"},
    "utf-32-le": {codecs.BOM_UTF32_LE: "utf-32-le"},
    "utf-32-be": {codecs.BOM_UTF32_BE: "utf-32-be"},
}
"""What a file can begin with, and how its bytes lie then."""

_LARGE = "\xe9\u3042\u4e2d\ud55c"
"""Of what every encoding of several bytes has one."""

_BEYOND = bytes([0]) + bytes([0xFF]) * 255


class Encoding:
    """An encoding without a byte order mark.

    ``width``: how many bytes its shortest characters have. ``single``: every character is one byte. ``plain``: no
    character's bytes look like other characters.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.width = len("a".encode(name))
        self.single = all(len(one.encode(name, "replace")) == 1 for one in _LARGE)
        self.plain = self.single or name == "utf-8"
        self._low = "a".encode(name).index(b"a") if self.width > 1 else 0

    def encode(self, text: str) -> bytes:
        """What a text is in a file."""
        try:
            return text.encode(self.name)
        except UnicodeEncodeError:
            raise NotAsLaidOut(0, f"no {text!r} in the encoding {self.name}", "characters that it has") from None

    def mark(self, text: str) -> bytes:
        """What a text is in what is `narrow`."""
        if self.width == 1:
            return self.encode(text)
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            expected = "a line end, delimiter, quote and release of U+0000 to U+00FF"
            raise NotAsLaidOut(0, f"{text!r} in the encoding {self.name}", expected) from None

    def decode(self, data: bytes) -> str:
        """Any bytes as text."""
        return data.decode(self.name, "replace")

    def narrow(self, data: bytes) -> bytes:
        """A byte for each ``width`` bytes: the character where it is one of Latin-1, else 0xFF."""
        if self.width == 1:
            return data
        data = data[: len(data) - len(data) % self.width]
        low = data[self._low :: self.width]
        for place in range(self.width):
            if place != self._low and (high := data[place :: self.width]).strip(b"\0"):
                beyond = int.from_bytes(high.translate(_BEYOND)) | int.from_bytes(low)
                low = beyond.to_bytes(len(low))
        return low


def opened(file: IO[bytes], name: str | None) -> tuple[Encoding, bytes, bytes]:
    """The encoding of a file, its byte order mark where it has one, and what has been read behind that."""
    known = codecs.lookup(name or "utf-8").name.removesuffix("-sig")
    marks = _MARKS.get(known, {})
    longest, head = max(map(len, marks), default=0), b""
    while len(head) < longest and (more := file.read(longest - len(head))):
        head += more
    for mark, order in marks.items():
        if head.startswith(mark):
            return Encoding(order), mark, head[len(mark) :]
    # Without a mark the zeros of the first character, which is hardly ever a rare one, tell the order.
    orders = [*marks.values(), known]
    return Encoding(orders[1] if len(marks) > 1 and head.startswith(b"\0") else orders[0]), b"", head
