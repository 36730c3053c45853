"""zip: one member is read, and written back; every other byte stays, but for the sizes and places that zip states.

The member keeps its name, date, attributes, extra fields and method. Figures are patched where they stand (APPNOTE
6.3).
"""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, NamedTuple, cast

from harness.formats.containers.compared import CHUNK_BYTES, copy
from harness.formats.containers.members import CannotRepack, chosen

MAGIC = b"PK\x03\x04"
DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip file can say: a member's time of change would make every night's file another one."""

LEVEL = 6

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_LEVELS = {0: 6, 1: 9, 2: 3, 3: 1}
"""What bits 1 and 2 of a deflated member's flags say of how it was deflated."""

_ENCRYPTED, _DESCRIPTOR, _ENDS_WITH_MARK = 1, 8, 2
_IN_EXTRA, _ZIP64 = 0xFFFFFFFF, 1


class _Figures(NamedTuple):
    """What zip states of a member's bytes."""

    crc: int
    packed: int
    size: int


class _Record(NamedTuple):
    """Where its figures stand in a header: in the local one, or in that of the directory."""

    flags: int
    crc: int
    packed: int
    size: int
    lengths: int
    end: int
    place: int | None


_LOCAL = _Record(flags=6, crc=14, packed=18, size=22, lengths=26, end=30, place=None)
_CENTRAL = _Record(flags=8, crc=16, packed=20, size=24, lengths=28, end=46, place=42)


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """All that are files."""
    return [one for one in archive.infolist() if not one.is_dir()]


def member_of(archive: zipfile.ZipFile, member: str | None) -> zipfile.ZipInfo:
    """The one that holds the records; NoMember."""
    there = members(archive)
    return there[chosen([one.filename for one in there], member)]


def opaque(info: zipfile.ZipInfo) -> str | None:
    """Why a member cannot be unpacked."""
    if info.flag_bits & _ENCRYPTED:
        return f"its member {info.filename} is encrypted"
    if info.compress_type not in _METHODS:
        return f"its member {info.filename} is compressed by method {info.compress_type}, which is not known here"
    return None


@contextmanager
def reading(file: IO[bytes], member: str | None) -> Iterator[IO[bytes]]:
    """The text of the member; BadZipFile where it cannot be unpacked."""
    with zipfile.ZipFile(file) as archive:
        info = member_of(archive, member)
        if why := opaque(info):
            raise zipfile.BadZipFile(why)
        with archive.open(info) as inside:
            yield cast(IO[bytes], io.BufferedReader(cast(io.RawIOBase, inside)))


@contextmanager
def writing(out: IO[bytes], member: str) -> Iterator[IO[bytes]]:
    """Where to write the only member of a zip file that says nothing of when it was made."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        info = zipfile.ZipInfo(member, DATE)
        info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
        with archive.open(info, "w", force_zip64=True) as inside:
            yield inside


def repacked(packed: IO[bytes], now: IO[bytes], member: str | None, out: IO[bytes]) -> None:
    """Write the zip file with another text in that member."""
    with zipfile.ZipFile(packed) as archive:
        info = member_of(archive, member)
        if why := opaque(info):
            raise CannotRepack(why)
        index, directory_at = archive.infolist().index(info), archive.start_dir
        count, offset = len(archive.infolist()), info.header_offset
    before = _bytes_before(packed, directory_at, index, offset)
    packed.seek(offset)
    header = bytearray(packed.read(_LOCAL.end))
    header += packed.read(sum(_lengths(header, _LOCAL)))
    was = _Figures(info.CRC, info.compress_size, info.file_size)
    begins = offset + len(header)
    ends = begins + was.packed
    packed.seek(ends)
    # The descriptor behind the data, with or without its signature: twenty-four bytes at most.
    descriptor = _descriptor(packed.read(24), was, info.filename) if info.flag_bits & _DESCRIPTOR else None
    with tempfile.TemporaryFile() as made:
        new, start = _compressed(now, info, made)
        _state(header, _LOCAL, was, new, info)
        copy(packed, 0, offset, out)
        out.write(header)
        copy(made, start, start + new.packed, out)
        if descriptor is not None:
            ends += len(descriptor.written(was))
            out.write(descriptor.written(new))
    copy(packed, ends, directory_at, out)
    moved = new.packed - was.packed
    packed.seek(directory_at)
    for at in range(count):
        record = bytearray(packed.read(_CENTRAL.end))
        record += packed.read(sum(_lengths(record, _CENTRAL)))
        if at == index:
            _state(record, _CENTRAL, was, new, info)
        _move(record, offset - before, moved)
        out.write(record)
    rest = bytearray(packed.read())
    _end(rest, moved)
    out.write(rest)


def _bytes_before(packed: IO[bytes], directory_at: int, index: int, offset: int) -> int:
    """How many bytes are before the archive that its own places do not count, as a program that unpacks itself has."""
    packed.seek(directory_at)
    for _ in range(index + 1):
        record = packed.read(_CENTRAL.end)
        record += packed.read(sum(_lengths(record, _CENTRAL)))
    at = cast(int, _CENTRAL.place)
    extra = _zip64(record, _CENTRAL)
    (stated,) = struct.unpack_from("<Q", record, extra[at]) if at in extra else struct.unpack_from("<L", record, at)
    return offset - int(stated)


class _Descriptor(NamedTuple):
    """How a data descriptor is written."""

    signature: bytes
    form: str

    def written(self, figures: _Figures) -> bytes:
        if self.form == "<LLL" and max(figures.packed, figures.size) >= _IN_EXTRA:
            raise CannotRepack("its member would grow beyond 4 GiB")
        return self.signature + struct.pack(self.form, *figures)


def _descriptor(found: bytes, was: _Figures, name: str) -> _Descriptor:
    for one in (_Descriptor(mark, form) for mark in (b"PK\x07\x08", b"") for form in ("<LLL", "<LQQ")):
        if found.startswith(one.written(was)):
            return one
    raise CannotRepack(f"behind its member {name} there is no data descriptor that states what its directory states")


def _compressed(now: IO[bytes], info: zipfile.ZipInfo, made: IO[bytes]) -> tuple[_Figures, int]:
    """Compress a text as the member is; what to state of it, and where in ``made`` it begins."""
    level = _LEVELS[info.flag_bits >> 1 & 3] if info.compress_type == zipfile.ZIP_DEFLATED else None
    now.seek(0)
    with zipfile.ZipFile(made, "w", info.compress_type, compresslevel=level) as archive:
        with archive.open("_", "w", force_zip64=True) as inside:
            while chunk := now.read(CHUNK_BYTES):
                inside.write(chunk)
        (one,) = archive.infolist()
    made.seek(one.header_offset)
    header = made.read(_LOCAL.end)
    return _Figures(one.CRC, one.compress_size, one.file_size), _LOCAL.end + sum(_lengths(header, _LOCAL))


def _lengths(record: bytes | bytearray, of: _Record) -> tuple[int, ...]:
    """Of the name and the extra field; in the directory of the comment as well."""
    return struct.unpack_from("<HH" if of is _LOCAL else "<HHH", record, of.lengths)


def _state(record: bytearray, of: _Record, was: _Figures, new: _Figures, info: zipfile.ZipInfo) -> None:
    """Put the new figures where the header states the old ones; one that leaves them to the descriptor goes on so."""
    if info.compress_type == zipfile.ZIP_LZMA:
        record[of.flags] |= _ENDS_WITH_MARK
    extra = _zip64(record, of)
    if struct.unpack_from("<L", record, of.crc) == (was.crc,):
        struct.pack_into("<L", record, of.crc, new.crc)
    for at, old, value in ((of.size, was.size, new.size), (of.packed, was.packed, new.packed)):
        form, place = ("<Q", extra[at]) if at in extra else ("<L", at)
        if struct.unpack_from(form, record, place) == (old,):
            if form == "<L" and value >= _IN_EXTRA:
                raise CannotRepack(f"its member {info.filename} would grow beyond 4 GiB")
            struct.pack_into(form, record, place, value)


def _move(record: bytearray, behind: int, moved: int) -> None:
    """State where a member is now, where it is behind the one that has changed; ``behind`` as zip counts it."""
    at = cast(int, _CENTRAL.place)
    extra = _zip64(record, _CENTRAL)
    form, place = ("<Q", extra[at]) if at in extra else ("<L", at)
    _add(record, form, place, moved, more_than=behind)


def _add(record: bytearray, form: str, place: int, moved: int, *, more_than: int = -1) -> None:
    (offset,) = struct.unpack_from(form, record, place)
    if offset <= more_than:
        return
    if form == "<L" and offset + moved >= _IN_EXTRA:
        raise CannotRepack("its directory would lie beyond 4 GiB")
    struct.pack_into(form, record, place, offset + moved)


def _zip64(record: bytes | bytearray, of: _Record) -> Mapping[int, int]:
    """Figures that are too large for their four bytes, by where those are: where they stand in the extra field."""
    wide = [at for at in (of.size, of.packed, of.place) if at is not None]
    wide = [at for at in wide if struct.unpack_from("<L", record, at) == (_IN_EXTRA,)]
    name, extra = _lengths(record, of)[:2]
    at, end = of.end + name, of.end + name + extra
    while at + 4 <= end:
        kind, length = struct.unpack_from("<HH", record, at)
        if kind == _ZIP64:
            return {one: at + 4 + 8 * number for number, one in enumerate(wide) if 8 * (number + 1) <= length}
        at += 4 + length
    return {}


def _end(rest: bytearray, moved: int) -> None:
    """State where the directory is now, in what is behind its entries."""
    at = 0
    if rest.startswith(b"PK\x06\x06"):
        _add(rest, "<Q", 48, moved)
        at = 12 + int.from_bytes(rest[4:12], "little")
        if rest[at : at + 4] != b"PK\x06\x07":
            raise CannotRepack("its directory does not end as that of a zip file does")
        _add(rest, "<Q", at + 8, moved)
        at += 20
    if rest[at : at + 4] != b"PK\x05\x06":
        raise CannotRepack("its directory does not end as that of a zip file does")
    if struct.unpack_from("<L", rest, at + 16) != (_IN_EXTRA,):
        _add(rest, "<L", at + 16, moved)
