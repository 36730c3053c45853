"""The manifest that a sender would write that has only these bytes: their size, checksum and record count."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import zip_longest
from typing import IO, Any

from harness.contract.content import FileLayout
from harness.contract.effects import damages
from harness.contract.effects.damages import Damage
from harness.formats.by_library.kinds import KINDS
from harness.formats.units import NotAsLaidOut, Unit, units
from harness.mocks.source.damage.text import BROKEN, unpacked
from harness.mocks.source.files.body import CHUNK_BYTES, Body
from harness.mocks.source.files.source_file import SourceFile

_KEEPS_RECORDS = (
    damages.DropTrailer,
    damages.Flip,
    damages.Revise,
    damages.WrongTotals,
    damages.Encode,
    damages.LineEnds,
    damages.Delimiter,
    damages.DecimalComma,
    damages.OtherColumns,
    damages.OtherZone,
)
"""Damages after which there are as many records as before, though a layout may not tell them any more."""

_WORD = re.compile(rb"\W*(\w+)")


def manifest_of(
    body: Body, source_file: SourceFile, damage: Damage | None = None, *, before: int = 0
) -> dict[str, Any]:
    """Size, checksum and record count of a body that stands in for a file; a broken last record counts.

    ``damage``: what has made it, out of a body of so many records ``before``.
    """
    digest = hashlib.sha256()
    for chunk in body.chunks():
        digest.update(chunk)
    records = before if isinstance(damage, _KEEPS_RECORDS) else _records(body, source_file)
    return {"size": body.size, "sha256": digest.hexdigest(), "records": records}


def _records(body: Body, source_file: SourceFile) -> int:
    """A body that cannot be unpacked, or told apart, counts as the whole file."""
    layout = source_file.layout
    if layout is None:
        # In a file without a layout, the lines beyond its records are taken for a header first, then for trailers.
        lines = _lines(body.chunks())
        header = 1 if _lines(source_file.body.chunks()) > source_file.records else 0
        return max(0, min(source_file.records, lines - header))
    if not body.size:
        return 0
    if layout.format in KINDS:
        return _of_library(body, source_file, layout)
    if layout.units is None:
        return source_file.records
    try:
        kept = _as_before(body, source_file, layout)
        if kept is not None:
            return _begun(source_file, layout, kept)
        return _told(body, source_file, layout)
    except (*BROKEN, NotAsLaidOut):
        return source_file.records


def _of_library(body: Body, source_file: SourceFile, layout: FileLayout) -> int:
    try:
        with _text(body, layout) as text:
            return KINDS[layout.format].columns_and_records(text)[1]
    except (*BROKEN, ValueError):
        return source_file.records


def _as_before(body: Body, source_file: SourceFile, layout: FileLayout) -> int | None:
    """How many bytes it has of the true file, when nothing is behind them but NULs; None when it is another one."""
    kept, is_behind = 0, False
    with _text(body, layout) as now, _text(source_file.body, layout) as was:
        for mine, true in zip_longest(_chunks(now), _chunks(was), fillvalue=b""):
            same = 0 if is_behind else _common(mine, true)
            if mine[same:].strip(b"\0"):
                return None
            kept += same
            is_behind = is_behind or same < len(true)
    return kept


def _text(body: Body, layout: FileLayout) -> AbstractContextManager[IO[bytes]]:
    return unpacked(body, layout.compress, layout.member)


def _common(mine: bytes, true: bytes) -> int:
    """How many bytes two chunks have in common at their beginning."""
    if true.startswith(mine):
        return len(mine)
    low, high = 0, min(len(mine), len(true))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if mine[:middle] == true[:middle] else (low, middle - 1)
    return low


def _begun(source_file: SourceFile, layout: FileLayout, kept: int) -> int:
    """The records of the true file that begin before that byte."""
    count = start = 0
    with _text(source_file.body, layout) as text:
        for unit in units(text, layout):
            if start >= kept:
                break
            count += unit.is_record
            start += len(unit.data)
    return count


def _told(body: Body, source_file: SourceFile, layout: FileLayout) -> int:
    """The records that its layout tells; what is only a trailer because it is last must begin as the true one does."""
    count, ends = _counted(body, layout)
    if any(kind.last is not None for kind in (layout.units.kinds if layout.units else ())):
        true = {_word(unit) for unit in _counted(source_file.body, layout)[1]} - {None}
        count += sum(bool(true) and _word(unit) not in true for unit in ends)
    return count


def _counted(body: Body, layout: FileLayout) -> tuple[int, list[Unit]]:
    """How many records there are, and the units that are trailers because they are last."""
    count, ends = 0, list[Unit]()
    with _text(body, layout) as text:
        for unit in units(text, layout):
            count += unit.is_record
            if unit.kind.last is not None:
                ends.append(unit)
    return count, ends


def _word(unit: Unit) -> bytes | None:
    """What it begins with, if that is a word: a number may be another one in another file."""
    found = _WORD.match(unit.data)
    return None if found is None or found[1].isdigit() else found[0]


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK_BYTES), b"")


def _lines(chunks: Iterable[bytes]) -> int:
    lines, ended = 0, True
    for chunk in chunks:
        lines += chunk.count(b"\n")
        ended = chunk.endswith(b"\n")
    return lines + (not ended)
