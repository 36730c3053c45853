"""gzip, bzip2 and xz: one stream or several behind each other, which are read as one text.

Where text changes, streams before the first byte that is another one and behind the last are copied, and so is what is
between them where it is found again; a stream that is written anew keeps its header.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple, Protocol, cast

from harness.formats.containers.compared import common_prefix, common_suffix, copy, equal, found_near, size_of
from harness.formats.containers.members import CannotRepack

CHUNK_BYTES = 1 << 18

LEVEL = 6

MAGIC = {"gzip": b"\x1f\x8b", "bz2": b"BZh", "xz": b"\xfd7zXZ\x00"}

_EXTRA, _NAME, _COMMENT, _HEAD_CRC = 4, 8, 16, 2
_HEADER_BYTES = 1 << 18
"""More than any header has: its extra field has 64 KiB at most."""

_GZIP_LEVELS = {2: 9, 4: 1}
"""What the header's XFL says of how the text was deflated (RFC 1952); any other value says nothing."""


class Stream(NamedTuple):
    """One of them: where it lies in the file, with the NULs behind it up to ``next``, and how much it unpacks to."""

    start: int
    end: int
    next: int
    size: int


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def reading(file: IO[bytes], codec: str) -> IO[bytes]:
    """The text of all its streams."""
    if codec == "gzip":
        return cast(IO[bytes], gzip.GzipFile(fileobj=file, mode="rb"))
    return bz2.BZ2File(file) if codec == "bz2" else cast(IO[bytes], lzma.LZMAFile(file))


def writing(out: IO[bytes], codec: str) -> IO[bytes]:
    """Where to write what becomes one stream; a gzip header says neither name nor time, which differ by the run."""
    if codec == "gzip":
        inside = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=out, mtime=0)
        return cast(IO[bytes], inside)
    return bz2.BZ2File(out, "wb") if codec == "bz2" else cast(IO[bytes], lzma.LZMAFile(out, "wb", preset=LEVEL))


def streams(file: IO[bytes], codec: str) -> Iterator[Stream]:
    """Each stream of a file; one of their libraries' errors, or EOFError, where it is damaged."""
    file.seek(0)
    data = file.read(CHUNK_BYTES)
    read = len(data)
    while data:
        start, size, inside = read - len(data), 0, _decompressor(codec)
        while not inside.eof:
            text = inside.decompress(data, CHUNK_BYTES)
            size += len(text)
            data = getattr(inside, "unconsumed_tail", b"")
            if not inside.eof and not data and len(text) < CHUNK_BYTES:
                data = file.read(CHUNK_BYTES)
                read += len(data)
                if not data:
                    raise EOFError(f"the file ends inside its {codec} stream that begins at byte {start:,}")
        data = inside.unused_data
        end = read - len(data)
        while not (data := data.lstrip(b"\0")) and (more := file.read(CHUNK_BYTES)):
            data, read = more, read + len(more)
        yield Stream(start, end, read - len(data), size)


def repacked(packed: IO[bytes], was: IO[bytes], now: IO[bytes], codec: str, out: IO[bytes]) -> None:
    """Write a file of streams whose text ``was`` becomes ``now``; all of them can be sought in."""
    there = [*streams(packed, codec)]
    if not there:
        raise CannotRepack(f"it has no {codec} stream")
    was_size, now_size = size_of(was), size_of(now)
    prefix = common_prefix(was, now)
    if prefix == was_size == now_size:
        copy(packed, 0, size_of(packed), out)
        return
    suffix = common_suffix(was, now, min(was_size, now_size) - prefix)
    begins = [0]
    for stream in there:
        begins.append(begins[-1] + stream.size)
    # One at least is written anew.
    last = len(there)
    while last > 1 and begins[last - 1] >= was_size - suffix:
        last -= 1
    first = 0
    while first < last - 1 and begins[first + 1] <= prefix:
        first += 1
    copy(packed, 0, there[first].start, out)
    at, stop = begins[first], now_size - (was_size - begins[last])
    for index in range(first, last):
        stream, begin, end = there[index], begins[index], begins[index + 1]
        if index < last - 1 and at + stream.size <= stop and equal(was, begin, now, at, stream.size):
            copy(packed, stream.start, stream.next, out)
            at += stream.size
            continue
        until = stop if index == last - 1 else found_near(was, end, now, at, min(stop, at + stream.size), stop)
        _write(packed, stream, now, at, until, codec, out)
        copy(packed, stream.end, stream.next, out)
        at = until
    copy(packed, there[last - 1].next, size_of(packed), out)


def _decompressor(codec: str) -> _Decompressor:
    if codec == "gzip":
        return cast(_Decompressor, zlib.decompressobj(zlib.MAX_WBITS | 16))
    return bz2.BZ2Decompressor() if codec == "bz2" else lzma.LZMADecompressor(lzma.FORMAT_XZ)


def _write(packed: IO[bytes], stream: Stream, now: IO[bytes], at: int, until: int, codec: str, out: IO[bytes]) -> None:
    """One stream anew, with the header that it has."""
    packed.seek(stream.start)
    head = packed.read(min(stream.end - stream.start, _HEADER_BYTES))
    compressor: _Compressor
    if codec == "gzip":
        out.write(_gzip_header(head))
        level = _GZIP_LEVELS.get(head[8], LEVEL)
        compressor = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, 0)
    elif codec == "bz2":
        compressor = bz2.BZ2Compressor(int(head[3:4]))
    else:
        compressor = lzma.LZMACompressor(lzma.FORMAT_XZ, check=head[7] & 0x0F, preset=LEVEL)
    crc, left = 0, until - at
    now.seek(at)
    while left > 0 and (chunk := now.read(min(CHUNK_BYTES, left))):
        crc, left = zlib.crc32(chunk, crc), left - len(chunk)
        out.write(compressor.compress(chunk))
    out.write(compressor.flush())
    if codec == "gzip":
        out.write(struct.pack("<LL", crc, (until - at) & 0xFFFFFFFF))


def _gzip_header(head: bytes) -> bytes:
    """The header of a member, which the beginning of it holds."""
    flags, end = head[3], 10
    if flags & _EXTRA:
        extra = head[12 : 12 + int.from_bytes(head[10:12], "little")]
        if extra.startswith(b"BC\x02\x00"):
            raise CannotRepack("its members state their own compressed size (BGZF)")
        end += 2 + len(extra)
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = head.index(b"\0", end) + 1
    return head[: end + (2 if flags & _HEAD_CRC else 0)]
