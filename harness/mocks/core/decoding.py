"""Content encodings: gzip and deflate taken back a piece at a time, and never to more than is allowed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from harness.mocks.core.refusal import Refusal

LARGEST_RATIO = 200
"""Times its size on the wire: Apache's ``DeflateInflateRatioLimit``. Rows as JSON shrink to a tenth or a twentieth."""

FREE_BYTES = 1 << 20
"""What a short body may become whatever its ratio."""

_PIECE = 1 << 20
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""As ``zlib.decompressobj`` calls them; what HTTP calls deflate is zlib, and raw deflate to some clients."""


class Decoder:
    """Takes one encoding back; the content may have ``most`` bytes."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._inflating: Any = None
        self._came = 0
        self._content = bytearray()

    @classmethod
    def of(cls, headers: Sequence[str], most: int) -> Decoder | None:
        """The one for a request's ``Content-Encoding``; None for a body as it is."""
        named = [name.strip().lower() for header in headers for name in header.split(",")]
        given = [name for name in named if name not in ("", "identity")]
        if not given:
            return None
        if len(given) > 1 or given[0] not in ("gzip", "x-gzip", "deflate"):
            found = repr(", ".join(given))
            raise Refusal("Content-Encoding", found=found, expected="gzip, deflate or identity", status=415)
        return cls(given[0], most)

    def feed(self, piece: bytes) -> None:
        """The next bytes that came."""
        self._came += len(piece)
        most = min(self._most, max(FREE_BYTES, LARGEST_RATIO * self._came))
        try:
            while piece:
                if self._inflating is None:
                    self._inflating = zlib.decompressobj(self._wbits(piece[0]))
                self._content += self._inflating.decompress(piece, _PIECE)
                if len(self._content) > most:
                    raise self._too_large(most)
                piece = self._inflating.unconsumed_tail
                if self._inflating.eof:
                    piece, self._inflating = self._next_member(), None
            self._rest(most)
        except zlib.error as error:
            raise Refusal("body", found=f"no {self._name} ({error})", expected=f"{self._name} data") from None

    def end(self) -> bytes:
        """All of it is here: the content."""
        if self._inflating is not None:
            raise Refusal("body", found=f"{self._name} data that ends early", expected="all of it")
        return bytes(self._content)

    def _rest(self, most: int) -> None:
        """What the last bytes still give: one call stops at the length that it was told."""
        while self._inflating is not None and (more := self._inflating.decompress(b"", _PIECE)):
            self._content += more
            if len(self._content) > most:
                raise self._too_large(most)
            if self._inflating.eof:
                self._inflating = None

    def _next_member(self) -> bytes:
        """What follows the end of a member: in gzip perhaps another one, else nothing may."""
        rest: bytes = self._inflating.unused_data
        if rest and self._name == "deflate":
            raise zlib.error("bytes behind its end")
        return rest

    def _wbits(self, first: int) -> int:
        if self._name != "deflate":
            return _GZIP
        return _ZLIB if first & 0xF == 8 else _RAW

    def _too_large(self, most: int) -> Refusal:
        why = "" if most == self._most else f" ({LARGEST_RATIO} times what came)"
        return Refusal("body", found="more, unpacked", expected=f"at most {most:,} bytes{why}", status=413)
