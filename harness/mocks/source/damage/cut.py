"""Only the first part of a file is there."""

from __future__ import annotations

from fractions import Fraction

from harness.contract.effects.damages import Cut, Nuls
from harness.mocks.source.damage import characters
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.records import by_library, in_records
from harness.mocks.source.damage.text import in_text
from harness.mocks.source.damage.units import Place, as_laid_out, layout_of, places
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

_OF_THE_TEXT = ("inside_record", "record_boundary", "inside_character")

_GZIP_HEAD, _GZIP_TRAILER = 10, 8
"""Bytes before and after a gzip member's compressed data, CRC-32 and length being the last eight (RFC 1952)."""


@damage(Cut)
def cut_off(body: Body, source_file: SourceFile, cut: Cut) -> Body:
    """Keep ``bytes`` or a ``fraction``, moved to the place that ``where`` says.

    A place in the text of a compressed file is one in what it unpacks to, and what is left is packed again. At a
    ``record_boundary`` of a file that its own library reads, it is whole, with that part of its records.
    """
    if cut.where == "record_boundary" and by_library(source_file):
        # An export that ended early: its footer is what comes last, and without it there would be no file.
        return in_records(body, source_file, lambda records: [range(_first_records(records, body.size, cut))])
    if cut.where in _OF_THE_TEXT:
        return in_text(body, source_file, lambda text: _kept(text, kept_bytes(text, source_file, cut)))
    if cut.where == "inside_member":
        return _kept(body, _in_member(body, part_bytes(body, cut)))
    return _kept(body, part_bytes(body, cut))


def part_bytes(body: Body, part: Cut | Nuls) -> int:
    """How many bytes ``bytes`` or a ``fraction`` are of a body; all of them at most."""
    return min(body.size, int(body.size * (part.fraction or 0)) if part.bytes is None else part.bytes)


def _first_records(records: int, size: int, cut: Cut) -> int:
    """That part of them that the bytes are of the file; never all of them."""
    part = Fraction(str(cut.fraction)) if cut.bytes is None else Fraction(min(cut.bytes, size), size)
    return min(records - 1, int(records * part))


def kept_bytes(text: Body, source_file: SourceFile, cut: Cut) -> int:
    """How many bytes of an unpacked file a cut keeps. Raises NothingToDamage where it has no such place."""
    at = part_bytes(text, cut)
    if not text.size:
        raise NothingToDamage("the file is empty")
    with as_laid_out():
        if cut.where == "inside_character":
            return characters.inside_one(text, source_file.layout, at)
        return (_boundary if cut.where == "record_boundary" else _inside_record)(text, source_file, at)


def _boundary(text: Body, source_file: SourceFile, at: int) -> int:
    """The beginning of the unit at that byte, or of the one before where it only fills the file up.

    At the very end the last unit goes too, or else nothing would have been cut.
    """
    at, head, found = min(at, text.size - 1), 0, 0
    in_head, has_records = True, False
    for place in places(text, layout_of(source_file)):
        role = place.unit.kind.role
        in_head = in_head and role in ("header", "filling")
        has_records = has_records or place.unit.is_record
        if in_head:
            head = place.start + len(place.unit.data)
        elif place.start > at and has_records:
            break
        if role != "filling" and place.start <= at:
            found = place.start
    if not has_records:
        raise NothingToDamage("the file has no records")
    if found < head:
        raise NothingToDamage(f"a cut at byte {at:,} would leave less than the header, which has {head:,} bytes")
    if not found:
        raise NothingToDamage(f"a cut at byte {at:,} would leave nothing: it falls into the first record")
    return found


def _inside_record(text: Body, source_file: SourceFile, at: int) -> int:
    """That byte where it lies within a record, else the middle of the next one (of the last one, behind all)."""
    layout, found = layout_of(source_file), None
    width = characters.width_of(layout.encoding)
    for place in places(text, layout):
        if place.unit.is_record and place.end - place.start > width:
            found = place
            if place.start + len(place.unit.data) > at:
                break
    if found is None:
        raise NothingToDamage("the file has no record to cut into")
    return _within(found, at, width)


def _within(place: Place, at: int, width: int) -> int:
    """A byte within a record that parts no character of so many bytes, and is no end of one of its lines."""
    start, end, unit = place.start, place.end, place.unit
    at = start + (at - start) // width * width
    ended = unit.data[len(unit.data) - unit.end :]
    if start < at < end and not (ended and unit.lines > 1 and unit.data.startswith(ended, at - start - len(ended))):
        return at
    return start + max(width, (end - start) // 2 // width * width)


def _kept(body: Body, size: int) -> Body:
    return body if size >= body.size else body.part(0, size)


def _in_member(body: Body, at: int) -> int:
    """Moved into the compressed data; at its very end, only the checksum behind it is missing."""
    return max(min(at, body.size - _GZIP_TRAILER), min(_GZIP_HEAD + 1, body.size - 1))
