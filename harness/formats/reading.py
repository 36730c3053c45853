"""The records of a file, read back a record at a time, as its layout says that they lie in it."""

from __future__ import annotations

import decimal
import io
import itertools
import json
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from harness.contract.content import FileLayout
from harness.extensions.doors import in_one_line
from harness.formats import delimited
from harness.formats.compression import decompressed
from harness.formats.format import FORMATS, Read
from harness.formats.layout import Mismatch

Record = dict[str, Any]

_LINES = ("csv", "fixed", "jsonl")


def readable() -> list[str]:
    """The formats whose records can be read back."""
    return [*_LINES, *sorted(name for name, one in FORMATS.items() if one.read is not None)]


def records(path: Path, layout: FileLayout, *, without: Collection[str] = ()) -> Iterator[Record]:
    """Each record by the names of its columns, streamed; header and trailer are none.

    ``without`` names columns that nobody asks for: where leaving them out is quicker, records do not have them.

    Values of lines are text; those of JSON lines are what JSON has, decimals with all their digits, and null where the
    object does not have the column; those of other formats are what their own `read` yields. A record that is too short
    lacks the columns that it does not have. Raises Mismatch for a format that cannot be read back, and for a line that
    is none of its records.
    """
    own = FORMATS[layout.format].read if layout.format in FORMATS else None
    if own is None and (layout.format not in _LINES or not layout.columns):
        found = f"a {layout.format} file" if layout.columns else "a file of which no columns are known"
        raise Mismatch("format", f"found {found}, expected columns in one of the formats {', '.join(readable())}")
    with decompressed(path, layout.compress) as file:
        if own is not None:
            yield from _own(own, file, layout)
            return
        text = io.TextIOWrapper(file, encoding=layout.encoding or "utf-8", errors="replace", newline="")
        try:
            yield from _without_ends(_whole(text, layout, without), layout)
        finally:
            text.detach()


def _own(read: Read, file: IO[bytes], layout: FileLayout) -> Iterator[Record]:
    """What a format's own code yields; what goes wrong in it is told as its own."""
    try:
        yield from read(file, layout)
    except Mismatch:
        raise
    except Exception as error:
        raise Mismatch("format", f"the format {layout.format} cannot read it: {in_one_line(error)}") from error


def _without_ends(found: Iterator[Record], layout: FileLayout) -> Iterator[Record]:
    """All but the header and the trailer: which records are the last is known only when no more come."""
    after_header = itertools.islice(found, layout.header, None)
    held = deque(itertools.islice(after_header, layout.trailer))
    for record in after_header:
        held.append(record)
        yield held.popleft()


def _whole(text: Iterable[str], layout: FileLayout, without: Collection[str]) -> Iterator[Record]:
    names = [column.name for column in layout.columns]
    if layout.format == "jsonl":
        absent = dict.fromkeys(names)
        for number, line in enumerate(text, start=1):
            if line.strip():
                yield absent | _object(line, number)
    elif layout.format == "csv":
        asked_for = [name not in without for name in names]
        names = [*itertools.compress(names, asked_for)]
        for row in delimited.rows(text, layout.delimiter or ","):
            if row:
                yield dict(zip(names, itertools.compress(row, asked_for), strict=False))
    else:
        for line in text:
            cells = ((one.start or 0, (one.start or 0) + (one.width or 0)) for one in layout.columns)
            # What pads a value to its width is no part of it.
            yield {name: line[start:end].strip() for name, (start, end) in zip(names, cells, strict=True)}


def _object(line: str, number: int) -> Record:
    try:
        found = json.loads(line, parse_float=decimal.Decimal)
    except (ValueError, RecursionError) as error:
        raise Mismatch("format", f"line {number} is no JSON ({error}), expected an object a line") from None
    if not isinstance(found, dict):
        raise Mismatch("format", f"line {number} is no JSON object, expected an object a line")
    return found
