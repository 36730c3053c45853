"""A container by its name, as chains and layouts say it: opened, written with one text, and written with another."""

from __future__ import annotations

import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from harness.formats.containers import streams, tars, zips
from harness.formats.containers.compared import CHUNK_BYTES
from harness.formats.containers.members import NoMember

BROKEN = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, NoMember)
"""What opening or reading a damaged container raises."""

_HEAD_BYTES = tars.BLOCK


class Found(NamedTuple):
    """What a file lies in, by its bytes.

    ``compress`` is the container's name, or None. ``member`` is the full name of the member that was asked for.
    ``opaque`` says why its records cannot be read, where they cannot.
    """

    compress: str | None = None
    member: str | None = None
    opaque: str | None = None


@contextmanager
def unpacked(file: IO[bytes], compress: str | None, member: str | None = None) -> Iterator[IO[bytes]]:
    """The text of a file that can be sought in, to read from its beginning; one of `BROKEN` where it is damaged."""
    outer, archive = _parts(compress)
    file.seek(0)
    if outer is not None:
        with streams.reading(file, outer) as inner, unpacked(inner, archive, member) as text:
            yield text
    elif archive == "zip":
        with zips.reading(file, member) as text:
            yield text
    elif archive == "tar":
        with tars.reading(file, member) as text:
            yield text
    else:
        yield file


@contextmanager
def packing(out: IO[bytes], compress: str | None, member: str) -> Iterator[IO[bytes]]:
    """Where to write the text of a new file; ``member`` is its name inside an archive.

    The same text gives the same bytes, whenever and wherever it is written.
    """
    outer, archive = _parts(compress)
    if outer is not None:
        with streams.writing(out, outer) as inner, packing(inner, archive, member) as text:
            yield text
    elif archive == "zip":
        with zips.writing(out, member) as text:
            yield text
    elif archive == "tar":
        # Its header, which comes first, states the size.
        with tempfile.TemporaryFile() as text:
            yield text
            tars.write(out, member, text)
    else:
        yield out


def repacked(
    packed: IO[bytes], was: IO[bytes], now: IO[bytes], out: IO[bytes], compress: str | None, member: str | None = None
) -> None:
    """Write the file whose text ``was`` with the text ``now``, and all else as it is.

    The first three can be sought in. CannotRepack where that cannot be.
    """
    outer, archive = _parts(compress)
    if outer is not None and archive is not None:
        with tempfile.TemporaryFile() as inner_was, tempfile.TemporaryFile() as inner_now:
            with unpacked(packed, outer) as inner:
                shutil.copyfileobj(inner, inner_was, CHUNK_BYTES)
            repacked(inner_was, was, now, inner_now, archive, member)
            streams.repacked(packed, inner_was, inner_now, outer, out)
    elif outer is not None:
        streams.repacked(packed, was, now, outer, out)
    elif archive == "zip":
        zips.repacked(packed, now, member, out)
    elif archive == "tar":
        tars.repacked(packed, now, member, out)
    else:
        now.seek(0)
        shutil.copyfileobj(now, out, CHUNK_BYTES)


def container_of(path: Path, member: str | None = None) -> Found:
    """What a file lies in, and which member of it the text is; NoMember where a ``member`` that is said is not there.

    An archive of several members of which none is said is opaque; so is one that cannot be unpacked here.
    """
    with path.open("rb") as file:
        found = _of_zip(file, member) if _is_zip(file) else _of_streams(file, member)
    if member is not None and found.opaque is not None:
        raise NoMember(found.opaque)
    if member is not None and found.member is None:
        raise NoMember("it is no archive, and has no members")
    return found


def _parts(compress: str | None) -> tuple[str | None, str | None]:
    """What is outside, and which archive is in that."""
    if compress in ("zip", "tar"):
        return None, compress
    if compress is not None and compress.startswith("tar."):
        return {"gz": "gzip"}.get(compress[4:], compress[4:]), "tar"
    return compress, None


def _is_zip(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(len(zips.MAGIC)) == zips.MAGIC and zipfile.is_zipfile(file)


def _of_zip(file: IO[bytes], member: str | None) -> Found:
    with zipfile.ZipFile(file) as archive:
        try:
            info = zips.member_of(archive, member)
        except NoMember as error:
            if member is not None:
                raise
            return Found(opaque=f"of a zip file, {error}, and nothing says which of them")
        if why := zips.opaque(info):
            return Found(opaque=f"of a zip file, {why}")
        try:
            archive.open(info).close()
        except (ValueError, zipfile.BadZipFile, RuntimeError) as error:
            return Found(opaque=f"of a zip file, its member {info.filename} cannot be opened: {error}")
        return Found("zip", None if member is None else info.filename)


def _of_streams(file: IO[bytes], member: str | None) -> Found:
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    outer = next((name for name, magic in streams.MAGIC.items() if head.startswith(magic)), None)
    if outer is None:
        return _of_tar(file, member, "tar") if tars.is_tar(head) else Found()
    name = f"tar.{ {'gzip': 'gz'}.get(outer, outer) }"
    file.seek(0)
    try:
        with streams.reading(file, outer) as inner:
            if not tars.is_tar(inner.read(_HEAD_BYTES)):
                return Found(outer)
            inner.seek(0)
            found = _of_tar(inner, member, name)
    except NoMember:
        raise
    except BROKEN:
        return Found(outer)  # who reads it says how it is damaged
    return found if found.opaque is None else found._replace(compress=outer)


def _of_tar(file: IO[bytes], member: str | None, name: str) -> Found:
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r:") as archive:
        try:
            info = tars.member_of(archive, member)
        except NoMember as error:
            if member is not None:
                raise
            return Found(opaque=f"of a tar file, {error}, and nothing says which of them")
        return Found(name, None if member is None else info.name)
