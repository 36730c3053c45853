"""Compressed files: what a file lies in, its text, and a new file of a text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from harness.formats.containers.container import BROKEN, packing, unpacked
from harness.formats.containers.members import NoMember

_ENDINGS = (".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar")

compressed = packing


@contextmanager
def decompressed(path: Path, compress: str | None, member: str | None = None) -> Iterator[IO[bytes]]:
    """The file's content, to be read from its beginning; ValueError when what is compressed is damaged."""
    with path.open("rb") as file:
        if compress is None:
            yield file
            return
        try:
            with unpacked(file, compress, member) as text:
                yield text
        except BROKEN as error:
            if isinstance(error, NoMember) or getattr(error, "errno", None) is not None:
                raise  # of the disk, or of whoever reads it
            raise ValueError(f"begins like a {compress} file and is damaged: {error}") from error


def member_name(name: str) -> str:
    """What a file is called inside its archive."""
    for ending in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name
