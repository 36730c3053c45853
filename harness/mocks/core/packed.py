"""What is in a file that may be packed: the bodies that count, whenever and in whatever order they were packed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

NOT_PACKED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, RuntimeError, NotImplementedError),
)
"""What reading one raises that is none, is half of one, or is encrypted."""

_UNPACK: Mapping[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
"""By the first bytes. Their heads tell when a file was packed and by what, which is no matter."""

_CHUNK_BYTES = 1 << 20
_HEAD_BYTES = 512
"""Of a tar archive's first member; the magic is in the middle of it."""


def bodies(file: Path) -> Iterator[tuple[str | None, IO[bytes]]]:
    """The file's own body, unpacked and without a name; or of an archive, its members' names and bodies.

    A link says in its name where it points to. Directories are left out. Each body ends with the next one.
    """
    with file.open("rb") as packed:
        head = packed.read(_HEAD_BYTES)
        packed.seek(0)
        if head.startswith(b"PK\3\4"):
            with zipfile.ZipFile(packed) as archive:
                for member in (one for one in archive.infolist() if not one.is_dir()):
                    with archive.open(member) as body:
                        yield member.filename, body
            return
        unpack = next((unpack for magic, unpack in _UNPACK.items() if head.startswith(magic)), None)
        if unpack is None:
            yield from _members(packed)
        else:
            with unpack(packed) as inside:
                yield from _members(inside)


def _members(body: IO[bytes]) -> Iterator[tuple[str | None, IO[bytes]]]:
    head = body.read(_HEAD_BYTES)
    body.seek(0)
    if head[257:262] != b"ustar":
        yield None, body
        return
    with tarfile.open(fileobj=body, mode="r:") as archive:
        for member in archive:
            if member.islnk() or member.issym():
                yield f"{member.name} -> {member.linkname}", io.BytesIO()
            elif (inside := archive.extractfile(member)) is not None:
                yield member.name, inside
    while body.read(_CHUNK_BYTES):
        pass  # what is behind the last member has the checksum of what it was packed with
