"""Range headers: which bytes of a file a request asks for (RFC 9110, one range)."""

from __future__ import annotations

from aiohttp import web

from harness.mocks.source.store.sight import Sight


class RangeRefused(Exception):
    """A Range header that does not fit: `headers` go into the 416."""

    def __init__(self, text: str, length: int) -> None:
        super().__init__(text)
        self.headers = {"Content-Range": f"bytes */{length}"}


def length_of(sight: Sight) -> int:
    """The declared length of the file; where none is declared, the length that is there."""
    return sight.present if sight.declared is None else sight.declared


def requested_range(request: web.Request, length: int) -> tuple[int, int]:
    """First and last byte of a Range header (RFC 9110, one range); RangeRefused when it does not fit the length."""
    try:
        asked = request.http_range
    except ValueError as error:
        raise RangeRefused(str(error), length) from None
    if asked.start is None and asked.stop is None:
        return 0, length - 1
    first = asked.start or 0
    if first < 0:
        first = max(0, length + first)
    last = min(length, asked.stop if asked.stop is not None else length) - 1
    if first > last:
        raise RangeRefused(f"range {request.headers['Range']!r} of a file of {length} bytes", length)
    return first, last


def range_or_whole(request: web.Request, sight: Sight) -> tuple[int, int]:
    """First byte and end of what a Range header asks for; all of it, when it fits nothing (which sending will say)."""
    length = length_of(sight)
    try:
        first, last = requested_range(request, length)
    except RangeRefused:
        return 0, max(1, length)
    return first, last + 1
