"""The formats whose records only their own library tells apart, each by its name and by its bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from harness.formats import parquet
from harness.formats.by_library import blocks, row_groups, stripes
from harness.formats.by_library.library import Library
from harness.formats.containers.container import BROKEN, container_of, unpacked
from harness.formats.format import Read
from harness.formats.table import Column


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What can be done with files of such a format, each unpacked and to be sought in.

    columns_and_records: what the file says of itself. read: each record by the names of its columns. values: those of
    one column. rewrite: the file with these records of it, in this order, into another one.

    All raise ValueError where the file is none of that format or cannot be written so, and Mismatch where the library
    is not installed.
    """

    library: Library
    columns_and_records: Callable[[IO[bytes]], tuple[tuple[Column, ...], int]]
    read: Read
    values: Callable[[IO[bytes], str], Iterator[Any]]
    rewrite: Callable[[IO[bytes], Sequence[range], IO[bytes]], None]


KINDS = {
    "parquet": Kind(
        library=row_groups.LIBRARY,
        columns_and_records=row_groups.columns_and_records,
        read=parquet.read,
        values=row_groups.values,
        rewrite=row_groups.rewrite,
    ),
    "orc": Kind(
        library=stripes.LIBRARY,
        columns_and_records=stripes.columns_and_records,
        read=stripes.read,
        values=stripes.values,
        rewrite=stripes.rewrite,
    ),
    "avro": Kind(
        library=blocks.LIBRARY,
        columns_and_records=blocks.columns_and_records,
        read=blocks.read,
        values=blocks.values,
        rewrite=blocks.rewrite,
    ),
}
"""By the names that layouts have."""

_ORC = b"ORC"


def name_of(file: IO[bytes]) -> str | None:
    """The format that a file is of by its bytes, be it whole or not; read from its beginning."""
    file.seek(0)
    head = file.read(4)
    if head == parquet.MAGIC:
        return "parquet"
    if head == b"Obj\x01":
        return "avro"
    if not head.startswith(_ORC):
        return None
    # A text may begin so; at the very end, before the length of what it is in, an ORC file has it once more.
    size = file.seek(0, os.SEEK_END)
    file.seek(max(len(_ORC), size - len(_ORC) - 1))
    return "orc" if file.read(3) == _ORC else None


def name_in(path: Path, member: str | None = None) -> tuple[str, str | None] | None:
    """The format of what is in a file, and what it is packed in; None where it is none of these, or damaged."""
    try:
        found = container_of(path, member)
        if found.opaque is not None:
            return None
        with path.open("rb") as file, unpacked(file, found.compress, found.member) as text:
            name = name_of(text)
    except BROKEN:
        return None
    return None if name is None else (name, found.compress)
