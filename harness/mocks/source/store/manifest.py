"""The manifest that a sender would write that has only these bytes: their size, checksum and record count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from harness.mocks.source.damage.text import BROKEN, unpacked
from harness.mocks.source.files.body import CHUNK_BYTES, Body
from harness.mocks.source.files.source_file import SourceFile

_TRAILERS = (b"TRAILER", b'"TRAILER', b'{"TRAILER"')
"""What a trailer begins with in the formats of `harness.formats`."""


def manifest_of(body: Body, source_file: SourceFile) -> dict[str, Any]:
    """Size, checksum and record count of a body that stands in for a file; a broken last line counts."""
    digest = hashlib.sha256()
    for chunk in body.chunks():
        digest.update(chunk)
    return {"size": body.size, "sha256": digest.hexdigest(), "records": _records(body, source_file)}


def _records(body: Body, source_file: SourceFile) -> int:
    """Its lines without header and trailer; a body that cannot be unpacked counts as the whole file."""
    layout = source_file.layout
    if layout is None:
        # In a file without a layout, the lines beyond its records are taken for a header first, then for trailers.
        lines, _ = _lines(body.chunks())
        header = 1 if _lines(source_file.body.chunks())[0] > source_file.records else 0
        return max(0, min(source_file.records, lines - header))
    if not body.size:
        return 0
    if layout.line_end is None:
        return source_file.records
    try:
        with unpacked(body, layout.compress) as text:
            lines, last = _lines(iter(lambda: text.read(CHUNK_BYTES), b""))
    except (*BROKEN, IndexError):
        return source_file.records
    trailer = layout.trailer if last.upper().startswith(_TRAILERS) else 0
    return max(0, lines - layout.header - trailer)


def _lines(chunks: Iterable[bytes]) -> tuple[int, bytes]:
    """How many lines there are, and how the last of them begins."""
    lines, last, ended = 0, b"", True
    for chunk in chunks:
        lines += chunk.count(b"\n")
        begun = chunk.rstrip(b"\r\n").rpartition(b"\n")
        # A chunk may be a line end alone, which begins no other line.
        if begun[2]:
            last = begun[2] if begun[1] or ended else last + begun[2]
        ended = chunk.endswith(b"\n")
        last = last[:16]
    return lines + (not ended), last
