"""The text inside a file: unpacked where the file is compressed, damaged, and packed again, all else as it was.

What is rewritten goes into a file of its own beside the true one in the store, named after what it was made of, so that
nothing is ever whole in memory and no second night makes it again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from harness.contract.content import FileLayout
from harness.formats.containers import container
from harness.formats.containers.container import BROKEN
from harness.formats.containers.members import CannotRepack
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.files.body import CHUNK_BYTES, Body
from harness.mocks.source.files.source_file import SourceFile

__all__ = ["BROKEN", "derived", "digest_of", "in_text", "unpacked"]


def in_text(body: Body, source_file: SourceFile, change: Callable[[Body], Body]) -> Body:
    """What ``change`` makes of the unpacked file; the same body where it changes nothing.

    Raises NothingToDamage where the file cannot be unpacked, or not be packed again.
    """
    layout = source_file.layout
    if layout is None or layout.compress is None:
        return change(body)
    how = layout.compress, layout.member
    try:
        text = derived(source_file, ("unpacked", how, body.pieces), lambda out: _unpack(body, layout, out))
    except BROKEN as error:
        raise NothingToDamage(f"the file cannot be unpacked: {error}") from error
    damaged = change(text)
    if damaged == text:
        return body
    recipe = ("packed", how, body.pieces, damaged.pieces)
    try:
        return derived(source_file, recipe, lambda out: _pack(body, text, damaged, layout, out))
    except CannotRepack as error:
        raise NothingToDamage(f"the file cannot be packed again: {error}") from error


@contextmanager
def unpacked(body: Body, compress: str | None, member: str | None = None) -> Iterator[IO[bytes]]:
    """The text of a body, to read from its beginning; one of `BROKEN` when it is damaged."""
    with body.open() as file, container.unpacked(file, compress, member) as text:
        yield text


def _unpack(body: Body, layout: FileLayout, out: IO[bytes]) -> None:
    with unpacked(body, layout.compress, layout.member) as text:
        shutil.copyfileobj(text, out, CHUNK_BYTES)


def _pack(body: Body, was: Body, now: Body, layout: FileLayout, out: IO[bytes]) -> None:
    with body.open() as packed, was.open() as old, now.open() as new:
        container.repacked(packed, old, new, out, layout.compress, layout.member)


def derived(source_file: SourceFile, recipe: object, write: Callable[[IO[bytes]], None]) -> Body:
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
