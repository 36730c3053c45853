"""Where the characters of a file begin that have several bytes."""

from __future__ import annotations

import codecs
import io
import re

from harness.contract.content import FileLayout
from harness.formats.units.encoding import opened
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.units import places
from harness.mocks.source.files.body import CHUNK_BYTES, Body

_LEAD = re.compile(rb"[\xc2-\xf4]")
"""The first byte of a character of several bytes (UTF-8, RFC 3629)."""

_LONGEST_MARK = 4
"""Bytes of UTF-32's byte order mark."""

_WINDOW = 4096
"""Bytes that are looked through at least at a time, from the end on."""


def width_of(encoding: str | None) -> int:
    """Bytes of the shortest characters: 2 in UTF-16, 4 in UTF-32, else 1."""
    name = codecs.lookup(encoding or "utf-8").name
    return 2 if name.startswith("utf-16") else 4 if name.startswith("utf-32") else 1


def inside_one(text: Body, layout: FileLayout | None, at: int) -> int:
    """Just behind the first byte of the last character of several bytes that begins before ``at``.

    A byte order mark is no character of the text, and of a file with a header that is left whole.
    """
    encoding = codecs.lookup((layout and layout.encoding) or "utf-8").name
    width = width_of(encoding)
    if encoding.startswith("utf-8"):
        lead = _last_lead(text, at)
    elif width > 1:
        lead = (at - 1) // width * width if at else None
    else:
        lead = _last_of_several(text, encoding, at)
    if lead is None:
        raise NothingToDamage(f"the file has no character of several bytes before byte {at:,}")
    if lead < _mark(text, encoding):
        raise NothingToDamage(f"the file has no character of several bytes between its byte order mark and byte {at:,}")
    if lead < (header := _header(text, layout)):
        raise NothingToDamage(f"a cut in a character before byte {at:,} would be in the header, of {header:,} bytes")
    return lead + 1


def _mark(text: Body, encoding: str) -> int:
    """How many bytes its byte order mark has."""
    return len(opened(io.BytesIO(text.read(0, min(text.size, _LONGEST_MARK))), encoding)[1])


def _header(text: Body, layout: FileLayout | None) -> int:
    """How many bytes stand before the first record; none where nobody knows what a record is."""
    if layout is None or layout.units is None:
        return 0
    size = 0
    for place in places(text, layout):
        if place.unit.kind.role not in ("header", "filling"):
            break
        size = place.start + len(place.unit.data)
    return size


def _last_lead(body: Body, end: int) -> int | None:
    while end > 0:
        start = max(0, end - CHUNK_BYTES)
        found = [match.start() for match in _LEAD.finditer(body.read(start, end - start))]
        if found:
            return start + found[-1]
        end = start
    return None


def _last_of_several(body: Body, encoding: str, end: int) -> int | None:
    """Where second bytes look like first ones, what begins a character is known from the beginning of a line on."""
    while end > 0:
        start = body.rfind(b"\n", max(0, end - _WINDOW)) + 1
        decoder, found, is_whole = codecs.getincrementaldecoder(encoding)("replace"), None, True
        for at, byte in enumerate(body.read(start, end - start), start):
            was_whole, is_whole = is_whole, bool(decoder.decode(bytes([byte])))
            if was_whole and not is_whole:
                found = at
        if found is not None:
            return found
        end = start - 1
    return None
