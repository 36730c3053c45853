"""The text inside a file: unpacked where the file is compressed, damaged, and packed again.

What is rewritten goes into a file of its own beside the true one in the store, named after what it was made of, so that
nothing is ever whole in memory and no second night makes it again.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tempfile
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal, NamedTuple, cast

from harness.formats.compression import compressed, member_name
from harness.mocks.source.files.body import CHUNK_BYTES, Body
from harness.mocks.source.files.source_file import SourceFile

BROKEN = (OSError, EOFError, zipfile.BadZipFile, zlib.error)
"""What unpacking a file raises that another fault has damaged before."""


class Line(NamedTuple):
    """A line with its end, and what it is in its file; a record with line ends inside quotes is one line."""

    kind: Literal["header", "record", "trailer"]
    data: bytes


Change = Callable[[Iterator[Line]], Iterator[bytes]]


def in_text(body: Body, source_file: SourceFile, change: Callable[[Body], Body]) -> Body:
    """What ``change`` makes of the unpacked file; the same body where it changes nothing, or cannot be unpacked."""
    compress = source_file.layout.compress if source_file.layout is not None else None
    if compress is None:
        return change(body)
    try:
        text = _derived(source_file, ("unpacked", body.pieces), lambda out: _unpack(body, compress, out))
    except BROKEN:
        return body
    damaged = change(text)
    if damaged == text:
        return body
    return _derived(
        source_file, ("packed", compress, damaged.pieces), lambda out: _pack(damaged, compress, source_file, out)
    )


def in_lines(body: Body, source_file: SourceFile, recipe: object, change: Change) -> Body:
    """The text as ``change`` rewrites it, line by line; the same body where there is none.

    ``recipe`` tells this change from every other one.
    """
    if source_file.layout is None or source_file.layout.line_end is None:
        return body

    def rewritten(text: Body) -> Body:
        def write(out: IO[bytes]) -> None:
            out.writelines(change(lines_of(text, source_file)))

        made = _derived(source_file, ("rewritten", recipe, text.pieces), write)
        return text if made.size == text.size and digest_of(made) == digest_of(text) else made

    return in_text(body, source_file, rewritten)


def lines_of(text: Body, source_file: SourceFile) -> Iterator[Line]:
    """Header, records and trailer of a text, by the numbers of lines that its layout says."""
    layout = source_file.layout
    header, trailer = (layout.header, layout.trailer) if layout is not None else (0, 0)
    quoted = layout is not None and layout.format == "csv"
    waiting: deque[Line] = deque()
    with text.open() as file:
        for number, data in enumerate(_whole_records(file, quoted=quoted)):
            waiting.append(Line("header" if number < header else "record", data))
            if len(waiting) > trailer:
                yield waiting.popleft()
    yield from (line if line.kind == "header" else Line("trailer", line.data) for line in waiting)


@contextmanager
def unpacked(body: Body, compress: str | None) -> Iterator[IO[bytes]]:
    """The text of a body, to read from its beginning; one of `BROKEN` when it is damaged."""
    with body.open() as file:
        if compress == "gzip":
            with gzip.GzipFile(fileobj=file) as inside:
                yield cast(IO[bytes], inside)
        elif compress == "zip":
            with zipfile.ZipFile(file) as archive, archive.open(archive.infolist()[0]) as member:
                yield member
        else:
            yield cast(IO[bytes], file)


def _whole_records(file: IO[bytes], *, quoted: bool) -> Iterator[bytes]:
    while line := file.readline():
        while quoted and line.count(b'"') % 2 and (more := file.readline()):
            line += more
        yield line


def _unpack(body: Body, compress: str, out: IO[bytes]) -> None:
    with unpacked(body, compress) as text:
        shutil.copyfileobj(text, out, CHUNK_BYTES)


def _pack(text: Body, compress: str, source_file: SourceFile, out: IO[bytes]) -> None:
    with compressed(out, compress, member_name(source_file.name)) as inside:
        for chunk in text.chunks():
            inside.write(chunk)


def _derived(source_file: SourceFile, recipe: object, write: Callable[[IO[bytes]], None]) -> Body:
    """A body in a file of its own; made once for each recipe."""
    path = source_file.path.with_name(f".derived-{hashlib.sha256(repr(recipe).encode()).hexdigest()}")
    if not path.exists():
        descriptor, name = tempfile.mkstemp(dir=source_file.path.parent, prefix=".deriving-")
        try:
            with os.fdopen(descriptor, "wb") as out:
                write(out)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return Body.of_file(path, path.stat().st_size)


def digest_of(body: Body) -> bytes:
    """The checksum of a body's bytes, read a chunk at a time."""
    digest = hashlib.sha256()
    for chunk in body.chunks():
        digest.update(chunk)
    return digest.digest()
