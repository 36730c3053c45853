"""Files whose records are all lines between the first and the last ones: the quickest to count and to read."""

from __future__ import annotations

import codecs
from dataclasses import replace

from harness.contract.content import FileLayout
from harness.contract.layout import Cell, Kind

LINES = ("csv", "fixed", "jsonl")
"""The formats of lines that the harness writes itself."""


def is_plain(layout: FileLayout) -> bool:
    """Whether it is lines as the harness writes them, of which so many first and last ones are no records."""
    parts = layout.units
    if layout.format not in LINES or parts is None:
        return layout.format in LINES
    if parts.structure != "lines" or parts.ends not in (None, "\n") or parts.release is not None:
        return False
    if layout.format == "csv" and (parts.quote != '"' or parts.separators != (layout.delimiter,)):
        return False
    if len(layout.delimiter or ",") > 1:
        return False
    return _is_narrow(layout.encoding) and all(map(_is_told_by_place, parts.kinds)) and _has_its_lines(layout)


def _is_narrow(encoding: str | None) -> bool:
    name = codecs.lookup(encoding or "utf-8").name.removesuffix("-sig")
    return "\n".encode(name) == b"\n" and "1".encode(name) == b"1"


def _is_told_by_place(kind: Kind) -> bool:
    """Whether a kind is so many first or last lines, or all others."""
    return kind.first is not None or kind.last is not None or (kind.role == "record" and kind.takes_the_rest)


def _has_its_lines(layout: FileLayout) -> bool:
    """Whether header, trailer and columns are where the format has them."""
    kinds = layout.units.kinds if layout.units is not None else ()
    header = sum(kind.first or 0 for kind in kinds if kind.role == "header")
    trailer = sum(kind.last or 0 for kind in kinds if kind.role == "trailer")
    places = [column.cell for column in layout.columns]
    if (header, trailer) != (layout.header, layout.trailer):
        return False
    if layout.format == "csv":
        return all(cell is None or replace(cell, comma=False) == Cell(field=at) for at, cell in enumerate(places, 1))
    if layout.format == "jsonl":
        return all(cell is None or cell.path == (one.name,) for cell, one in zip(places, layout.columns, strict=True))
    return all(column.start is not None and not (column.cell and column.cell.packed) for column in layout.columns)
