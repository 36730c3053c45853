"""gzip and zip: the same bytes give the same compressed bytes, whenever and wherever they are written."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

LEVEL = 6
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip file can say: a member's time of change would make every night's file another one."""

_GZIP_MAGIC, _ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"


@contextmanager
def compressed(out: IO[bytes], compress: str | None, member: str) -> Iterator[IO[bytes]]:
    """Where to write what is to lie compressed in ``out``; ``member`` is its name inside a zip file."""
    if compress is None:
        yield out
    elif compress == "gzip":
        # Neither a name nor a time in the head: they would differ from run to run.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=out, mtime=0) as inside:
            yield cast(IO[bytes], inside)
    else:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            info = zipfile.ZipInfo(member, ZIP_DATE)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as inside:
                yield inside


def compression_of(path: Path) -> str | None:
    """What a file is compressed with; a zip file of several members is none that can be read as one."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(_GZIP_MAGIC):
        return "gzip"
    if head == _ZIP_MAGIC and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "zip" if len(_members(archive)) == 1 else None
    return None


@contextmanager
def decompressed(path: Path, compress: str | None) -> Iterator[IO[bytes]]:
    """The file's content, to be read from its beginning; ValueError when what is compressed is damaged."""
    if compress is None:
        with path.open("rb") as plain:
            yield plain
        return
    try:
        if compress == "gzip":
            with gzip.open(path, "rb") as file:
                yield cast(IO[bytes], file)
        else:
            with zipfile.ZipFile(path) as archive, _opened(archive) as inside:
                yield cast(IO[bytes], io.BufferedReader(cast(io.RawIOBase, inside)))
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise ValueError(f"begins like a {compress} file and is damaged: {error}") from error


def member_name(name: str) -> str:
    """What a file is called inside its zip file."""
    return name[: -len(".zip")] if name.lower().endswith(".zip") and len(name) > len(".zip") else name


def _opened(archive: zipfile.ZipFile) -> IO[bytes]:
    """Its member, where that can be unpacked."""
    try:
        return archive.open(_members(archive)[0])
    except RuntimeError as error:  # it is encrypted, or compressed by something that is not there
        raise zipfile.BadZipFile(str(error)) from error


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [one for one in archive.infolist() if not one.is_dir()]
