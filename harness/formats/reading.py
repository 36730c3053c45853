"""The records of a file, read back a record at a time, as its layout says that they lie in it."""

from __future__ import annotations

import decimal
import io
import itertools
import json
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from harness.contract.content import FileLayout
from harness.extensions.doors import in_one_line
from harness.formats import delimited
from harness.formats.by_library.kinds import KINDS
from harness.formats.cells import Cells
from harness.formats.compression import decompressed
from harness.formats.format import FORMATS, Read
from harness.formats.layout import Mismatch
from harness.formats.plain_lines import LINES, is_plain
from harness.formats.units import NotAsLaidOut, Unit, units
from harness.formats.units.signs import CONTROL_Z

Record = dict[str, Any]

_BLANK = " \t\v\f" + CONTROL_Z
"""A line of nothing else is no record."""


def readable() -> list[str]:
    """The formats whose records can be read back."""
    own = {name for name, one in FORMATS.items() if one.read is not None}
    return [*LINES, *sorted(own | {*KINDS})]


def records(path: Path, layout: FileLayout, *, without: Collection[str] = ()) -> Iterator[Record]:
    """Each record by the names of its columns, streamed; header and trailer are none, nor are the parts of a record.

    ``without`` names columns that nobody asks for: where leaving them out is quicker, records do not have them.

    Values of lines, segments and XML are text; those of JSON are what JSON has, decimals with all their digits, and
    null where the object does not have the column; those of other formats are what their own `read` yields. A record
    that is too short lacks the columns that it does not have. Raises Mismatch for a format that cannot be read back,
    for a file that is not as its layout says, and for a line that is none of its records.
    """
    own = _read_of(layout.format)
    if own is None and not (layout.columns and _says_where(layout)):
        found = f"a {layout.format} file" if layout.columns else "a file of which no columns are known"
        expected = f"columns in one of the formats {', '.join(readable())}, or under 'layout'"
        raise Mismatch("format", f"found {found}, expected {expected}")
    with decompressed(path, layout.compress, layout.member) as file:
        if own is not None:
            yield from _own(own, file, layout)
            return
        if not is_plain(layout):
            yield from _of_units(file, layout, without)
            return
        text = io.TextIOWrapper(file, encoding=layout.encoding or "utf-8", errors="replace", newline="\n")
        try:
            yield from _without_ends(_whole(text, layout, without), layout)
        finally:
            text.detach()


def _read_of(name: str) -> Read | None:
    if name in FORMATS:
        return FORMATS[name].read
    return KINDS[name].read if name in KINDS else None


def _says_where(layout: FileLayout) -> bool:
    """Whether columns stand where one of our formats has them, or where it is said of each."""
    if layout.format in LINES:
        return True
    return layout.units is not None and all(column.cell is not None for column in layout.columns)


def _own(read: Read, file: IO[bytes], layout: FileLayout) -> Iterator[Record]:
    """What a format's own code yields; what goes wrong in it is told as its own."""
    try:
        yield from read(file, layout)
    except Mismatch:
        raise
    except Exception as error:
        raise Mismatch("format", f"the format {layout.format} cannot read it: {in_one_line(error)}") from error


def _of_units(file: IO[bytes], layout: FileLayout, without: Collection[str]) -> Iterator[Record]:
    values = _values(layout, without)
    try:
        for number, unit in enumerate((one for one in units(file, layout) if one.is_record), start=1):
            yield values(unit, number)
    except NotAsLaidOut as error:
        raise Mismatch("layout", f"the file is not as its layout says: {error}") from error


def _values(layout: FileLayout, without: Collection[str]) -> Callable[[Unit, int], Record]:
    """How the values of a record are found."""
    cells = Cells(layout)
    if all(cell.path == (name,) for name, cell in cells.columns.items()) and _is_json(layout):
        absent = dict.fromkeys(cells.columns)
        codec = layout.encoding or "utf-8"
        return lambda unit, number: absent | _object(unit.body.decode(codec, "replace"), f"record {number}")
    if not without:
        return lambda unit, _: {**cells.values(unit)}
    return lambda unit, _: {name: text for name, text in cells.values(unit).items() if name not in without}


def _is_json(layout: FileLayout) -> bool:
    return layout.format == "jsonl" or (layout.units is not None and layout.units.structure == "json")


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
                yield absent | _object(line, f"line {number}")
    elif layout.format == "csv":
        asked_for = [name not in without for name in names]
        names = [*itertools.compress(names, asked_for)]
        for row in delimited.rows(text, layout.delimiter or ","):
            if len(row) > 1 or (row and (not row[0] or row[0].strip(_BLANK))):
                yield dict(zip(names, itertools.compress(row, asked_for), strict=False))
    else:
        for line in text:
            cells = ((one.start or 0, (one.start or 0) + (one.width or 0)) for one in layout.columns)
            # What pads a value to its width is no part of it.
            yield {name: line[start:end].strip() for name, (start, end) in zip(names, cells, strict=True)}


def _object(text: str, place: str) -> Record:
    try:
        found = json.loads(text, parse_float=decimal.Decimal)
    except (ValueError, RecursionError) as error:
        raise Mismatch("format", f"{place} is no JSON ({error}), expected an object") from None
    if not isinstance(found, dict):
        raise Mismatch("format", f"{place} is no JSON object, expected an object")
    return found
