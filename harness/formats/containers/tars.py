"""tar: one member is read, and written back; every other byte stays, the headers as they are but for one size."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, cast

from harness.formats.containers.compared import CHUNK_BYTES, copy, size_of
from harness.formats.containers.members import CannotRepack, chosen

BLOCK = tarfile.BLOCKSIZE
_SIZE, _SUM = slice(124, 136), slice(148, 156)


def is_tar(head: bytes) -> bool:
    """Whether a file begins with a tar header: by its own checksum."""
    if len(head) < BLOCK or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def members(archive: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """All that are files."""
    return [one for one in archive if one.isfile()]


def member_of(archive: tarfile.TarFile, member: str | None) -> tarfile.TarInfo:
    """The one that holds the records; NoMember."""
    there = members(archive)
    return there[chosen([one.name for one in there], member)]


@contextmanager
def reading(file: IO[bytes], member: str | None) -> Iterator[IO[bytes]]:
    """The text of the member."""
    with tarfile.open(fileobj=file, mode="r:") as archive:
        yield cast(IO[bytes], archive.extractfile(member_of(archive, member)))


def write(out: IO[bytes], name: str, text: IO[bytes]) -> None:
    """A tar file of one member, which says nothing of when and by whom it was made."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size_of(text), 0o644
        text.seek(0)
        archive.addfile(info, text)


def repacked(packed: IO[bytes], now: IO[bytes], member: str | None, out: IO[bytes]) -> None:
    """Write the tar file with another text in that member."""
    packed.seek(0)
    with tarfile.open(fileobj=packed, mode="r:") as archive:
        info = member_of(archive, member)
        end = _end(archive.getmembers())
    if info.issparse() or "size" in info.pax_headers:
        raise CannotRepack(f"the size of its member {info.name} stands in a header of an extended form")
    size = size_of(now)
    packed.seek(info.offset_data - BLOCK)
    header = bytearray(packed.read(BLOCK))
    header[_SIZE] = _number(bytes(header[_SIZE]), size)
    header[_SUM] = b" " * 8
    was = header.copy()
    packed.seek(info.offset_data - BLOCK + _SUM.start)
    header[_SUM] = _number(packed.read(8), sum(was))
    copy(packed, 0, info.offset_data - BLOCK, out)
    out.write(header)
    copy(now, 0, size, out)
    out.write(bytes(-size % BLOCK))
    copy(packed, info.offset_data + info.size + -info.size % BLOCK, end, out)
    before = end + size + -size % BLOCK - info.size - -info.size % BLOCK
    whole = size_of(packed)
    if whole % tarfile.RECORDSIZE == 0 and _is_zero(packed, end):
        out.write(bytes(2 * BLOCK + -(before + 2 * BLOCK) % tarfile.RECORDSIZE))
    else:
        copy(packed, end, whole, out)


def _end(there: Sequence[tarfile.TarInfo]) -> int:
    """Where the last member ends, and what only fills the file begins."""
    last = there[-1]
    has_data = last.isreg() or last.type not in tarfile.SUPPORTED_TYPES
    return last.offset_data + (last.size + -last.size % BLOCK if has_data else 0)


def _is_zero(file: IO[bytes], start: int) -> bool:
    file.seek(start, io.SEEK_SET)
    while chunk := file.read(CHUNK_BYTES):
        if chunk.strip(b"\0"):
            return False
    return True


def _number(was: bytes, number: int) -> bytes:
    """A number of a header as its field is written: octal in its own width and filling, or base 256."""
    if was[0] & 0x80:
        return bytes([0x80]) + number.to_bytes(len(was) - 1, "big")
    digits = was.rstrip(b" \0")
    filling = b" " if digits.startswith(b" ") else b"0"
    written = b"%o" % number
    if len(written) > len(digits):
        raise CannotRepack("the new size does not fit into its header")
    return written.rjust(len(digits), filling) + was[len(digits) :]
