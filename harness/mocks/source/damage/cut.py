"""Only the first part of a file is there."""

from __future__ import annotations

import re

from harness.contract.effects.damages import Cut, Nuls
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.text import in_text
from harness.mocks.source.files.body import CHUNK_BYTES, Body
from harness.mocks.source.files.source_file import SourceFile

_OF_THE_TEXT = ("inside_record", "record_boundary", "inside_character")

_GZIP_HEAD, _GZIP_TRAILER = 10, 8
"""Bytes before and after a gzip member's compressed data, CRC-32 and length being the last eight (RFC 1952)."""

_LEAD = re.compile(rb"[\xc2-\xf4]")
"""The first byte of a character of several bytes (UTF-8, RFC 3629)."""


@damage(Cut)
def cut_off(body: Body, source_file: SourceFile, cut: Cut) -> Body:
    """Keep ``bytes`` or a ``fraction``, moved to the place that ``where`` says.

    A place in the text of a compressed file is one in what it unpacks to, and what is left is packed again.
    """
    if cut.where in _OF_THE_TEXT:
        return in_text(body, source_file, lambda text: _kept(text, kept_bytes(text, cut)))
    if cut.where == "inside_member":
        return _kept(body, _in_member(body, source_file, part_bytes(body, cut)))
    return _kept(body, kept_bytes(body, cut))


def part_bytes(body: Body, part: Cut | Nuls) -> int:
    """How many bytes ``bytes`` or a ``fraction`` are of a body; all of them at most."""
    return min(body.size, int(body.size * (part.fraction or 0)) if part.bytes is None else part.bytes)


def kept_bytes(body: Body, cut: Cut) -> int:
    """How many bytes a cut keeps; all of them when it falls behind the end."""
    at = part_bytes(body, cut)
    place = cut.where
    if place == "exact" or body.size == 0:
        return at
    if place == "inside_character":
        lead = _last_lead(body, at)
        return body.size if lead is None else lead + 1
    # At the very end the last record goes too, or else nothing would have been cut.
    start = body.rfind(b"\n", min(at, body.size - 1)) + 1
    if place == "record_boundary":
        return start
    end = body.find(b"\n", start)
    end = body.size if end < 0 else end
    return at if start < at < end else start + (end - start) // 2


def _kept(body: Body, size: int) -> Body:
    return body if size >= body.size else body.part(0, size)


def _in_member(body: Body, source_file: SourceFile, at: int) -> int:
    """Moved into the compressed data; at its very end, only the checksum behind it is missing."""
    if source_file.layout is None or source_file.layout.compress is None:
        return body.size
    return max(min(at, body.size - _GZIP_TRAILER), min(_GZIP_HEAD + 1, body.size - 1))


def _last_lead(body: Body, end: int) -> int | None:
    while end > 0:
        start = max(0, end - CHUNK_BYTES)
        found = [match.start() for match in _LEAD.finditer(body.read(start, end - start))]
        if found:
            return start + found[-1]
        end = start
    return None
