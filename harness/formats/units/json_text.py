"""The bytes of a JSON text, read forward a block at a time: blanks, strings, and elements that are passed over."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import IO

from harness.formats.units.document import BLOCK
from harness.formats.units.unit import NotAsLaidOut

LEVELS = 1000
"""As deep as brackets may lie in each other; Python's own reader goes no deeper either."""

_BLANKS = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[A-Za-z0-9+.\-]++")
_UP_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_CLOSING = {ord("["): ord("]"), ord("{"): ord("}")}


class JsonText:
    """A place in the text. ``block`` has what is read and not yet taken, ``at`` is the place in it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.block = b""
        self.at = 0
        self._taken = 0
        self._before = 0
        self._open = bytearray()

    @property
    def position(self) -> int:
        """The place in the file, in bytes."""
        return self._before + self.at

    def taken(self, end: int = 0) -> bytes:
        """What was passed since it was asked last, but for the last bytes, which are left."""
        data = self.block[self._taken : self.at - end]
        self.at -= end
        self._taken = self.at
        return data

    def moved(self, at: int) -> None:
        """Goes to a place of the block; all before is taken."""
        self.at = self._taken = at

    def next(self) -> bytes:
        """The next byte, none at the end of the file."""
        while self.at == len(self.block):
            if not self._more():
                return b""
        return self.block[self.at : self.at + 1]

    def found(self) -> str:
        """The next byte, in words."""
        byte = self.next()
        if not byte:
            return "the end of the file"
        return repr(byte.decode("ascii")) if byte.isascii() else f"a byte {byte.hex()}"

    def wrong(self, expected: str) -> NotAsLaidOut:
        """What to raise where the next byte is another than is expected."""
        found = self.found()
        return NotAsLaidOut(self.position, found, expected)

    def pass_mark(self) -> None:
        """Goes behind the mark of UTF-8. UTF-16 is refused, as RFC 8259 (8.1) has it for JSON between systems."""
        while len(self.block) < len(BOM_UTF8) and self._more():
            pass
        if self.block.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in self.block[:2]:
            raise NotAsLaidOut(0, "UTF-16 or UTF-32", "a JSON text in UTF-8")
        if self.block.startswith(BOM_UTF8):
            self.at = len(BOM_UTF8)

    def pass_blanks(self) -> int:
        """Goes behind blanks and line ends; how many they are."""
        before = self.position
        while True:
            self.at = _BLANKS.match(self.block, self.at).end()  # type: ignore[union-attr]  # matches the empty text
            if self.at < len(self.block) or not self._more():
                return self.position - before

    def expect(self, byte: bytes, expected: str) -> None:
        """Goes behind this byte. Raises NotAsLaidOut where there is another."""
        if self.next() != byte:
            raise self.wrong(expected)
        self.at += 1

    def open(self, bracket: bytes, expected: str) -> None:
        """Goes into an object or array, which `close` goes out of."""
        self.expect(bracket, expected)
        self._open += bracket

    def string(self) -> str:
        """Goes behind a string; what it says."""
        start = self.position
        if self.next() != b'"':
            raise self.wrong("a key")
        self.pass_element("a key")
        written = self.block[start - self._before : self.at]
        try:
            return str(json.loads(written, strict=False))
        except ValueError as error:
            raise NotAsLaidOut(start, f"a key that is none ({error})", "a key") from None

    def pass_element(self, expected: str) -> None:
        """Goes behind a value of any kind."""
        first = self.next()
        if first in (b"[", b"{"):
            self._open_levels(self.at, bytearray())
            return
        pattern = _STRING if first == b'"' else _SCALAR
        while (found := pattern.match(self.block, self.at)) is None or found.end() == len(self.block):
            if found is None and first != b'"':
                raise self.wrong(expected)
            if not self._more():
                break
        if found is None:
            raise NotAsLaidOut(self._before + len(self.block), "the end of the file", "the end of a string")
        self.at = found.end()

    def close(self) -> None:
        """Goes out of all that was opened, to the end of the file, behind which nothing may be."""
        self._open_levels(self.at, self._open)
        self.pass_blanks()
        if self.next():
            raise self.wrong("the end of the file")

    def _open_levels(self, at: int, opened: bytearray) -> None:
        """Goes on until nothing is open."""
        self.at = at
        while True:
            self.at = _UP_TO_BRACKET.match(self.block, self.at).end()  # type: ignore[union-attr]
            if self.at == len(self.block) or self.block[self.at] == ord('"'):
                if not self._more():
                    self.at = len(self.block)
                    raise self.wrong("the end of a string or ']'" if opened[-1] == ord("[") else "'}'")
                continue
            byte = self.block[self.at]
            if byte in _CLOSING:
                if len(opened) == LEVELS:
                    raise NotAsLaidOut(self.position, "brackets within brackets", f"{LEVELS} levels of them at most")
                opened.append(byte)
            elif byte != _CLOSING[opened[-1]]:
                raise self.wrong(f"'{chr(_CLOSING[opened[-1]])}'")
            else:
                opened.pop()
            self.at += 1
            if not opened:
                return

    def _more(self) -> bool:
        """Reads on: twice as much where an element is large, so that what it costs stays in proportion."""
        kept = self.block[self._taken :]
        read = self._file.read(max(BLOCK, len(kept)))
        if not read:
            return False
        self._before += self._taken
        self.at -= self._taken
        self._taken = 0
        self.block = kept + read
        return True
