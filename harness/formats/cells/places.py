"""Where a cell is in a unit, in each structure, and how another text gets there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from harness.contract.content import FileLayout
from harness.contract.layout import Cell, Kind, UnitLayout
from harness.formats.cells import json_values, placed, xml_values
from harness.formats.cells.encoded import MARK, Encoded
from harness.formats.cells.fields import Fields
from harness.formats.cells.pieces import Pieces, kind_of
from harness.formats.cells.placed import Filled
from harness.formats.cells.room import NoRoom
from harness.formats.cells.span import Span
from harness.formats.cells.xml_records import Records
from harness.formats.units.signs import FILLING
from harness.formats.units.unit import Unit

_PADDED = 2
"""One blank at a line's end may be a value."""


class ByPath(Protocol):
    """The values of a record by their paths."""

    def at(self, path: Sequence[str]) -> str | None:
        """One of them; None when it is not there, or is no single value."""


class _Read:
    """What has been read of a unit."""

    __slots__ = ("data", "end", "fields", "line", "values")

    def __init__(self, data: bytes, end: int, line: str | None) -> None:
        self.data = data
        self.end = end
        self.line = line
        self.fields: Sequence[str] | None = None
        self.values: ByPath | None = None


class Places:
    """The places of a layout. Those of a record with parts are in its own line, the first."""

    def __init__(self, layout: FileLayout) -> None:
        separators = (layout.delimiter,) if layout.delimiter else ()
        units = layout.units or UnitLayout(separators=separators, quote='"' if layout.format == "csv" else None)
        self.units = units
        self.encoded = Encoded(layout.encoding)
        ends = (units.ends,) if units.ends else ("\n", "\x85") if self.encoded.is_ebcdic else ("\n",)
        self._pieces = Pieces(units, ends)
        # A carriage return is none by itself, but other readers take it for one.
        self._ends = {"lines": ends if units.ends else (*ends, "\r"), "segments": ends}.get(units.structure, ())
        self.fields = Fields(units.separators or separators, units.quote, units.release, self._ends)
        self._in_bytes = units.structure == "length"
        self._read = _Read(b"", 0, None)
        self._xml = Records()
        self._widths: set[int] = set()
        self._lines = 0
        self._part_kinds = tuple(kind for kind in units.kinds if kind.role == "part")

    def text(self, unit: Unit, cell: Cell) -> str | None:
        """The value that is there; None when it is not."""
        read = self._of(unit)
        if cell.field is not None and cell.component is None:
            fields = self.fields_of(unit)
            return fields[cell.field - 1] if cell.field <= len(fields) else None
        if cell.path and unit.is_record:
            if read.values is None:
                read.values = self._by_path(unit)
            found = read.values.at(cell.path)
            if found is not None:
                return found
        if cell.start is not None and not self._in_bytes:
            return None if read.line is None else placed.value(read.line, cell)
        span = self.span(unit, cell)
        return None if span is None else span.value

    def fields_of(self, unit: Unit) -> Sequence[str]:
        """All fields of a unit's own line."""
        read = self._of(unit)
        if read.fields is None:
            read.fields = () if read.line is None else self.fields.values(read.line)
        return read.fields

    def line(self, unit: Unit) -> str | None:
        """The text of a unit's own line, without its end and a byte order mark."""
        return self._of(unit).line

    def _of(self, unit: Unit) -> _Read:
        """What is known of a unit already: most often it is the one that was asked for last."""
        read = self._read
        if read.data is not unit.data or read.end != unit.end:
            read = self._read = _Read(unit.data, unit.end, self._line(unit))
            if read.line and len(self._widths) < 2:
                self._widths.add(len(read.line))
                self._lines += 1
        return read

    def _by_path(self, unit: Unit) -> ByPath:
        if self.units.structure == "xml":
            return self._xml.values(self.encoded.text(unit.data) or "")
        return json_values.Values(self.encoded.text(unit.body) or "")

    def _line(self, unit: Unit) -> str | None:
        text = self.encoded.text(unit.data[: len(unit.data) - unit.end])
        if text is None:
            return None
        if text[:1] == MARK:
            text = text[1:]
        return text if unit.lines == 1 else self._pieces.first(text)

    def parts(self, unit: Unit) -> Iterator[Unit]:
        """The lines or segments of a record, each as a unit of its own kind: its own first, then its parts."""
        if unit.lines == 1:
            yield unit
            return
        for number, (data, end) in enumerate(self._cut(unit)):
            kind: Kind | None = unit.kind
            if number:
                text = self.encoded.text(data[: len(data) - end]) or ""
                kind = kind_of(text, self.fields.values(text), self._part_kinds) if text.strip() else None
            yield Unit(kind or FILLING, data, end)

    def _cut(self, unit: Unit) -> Iterator[tuple[bytes, int]]:
        if self.units.length is not None:
            for at in range(0, len(unit.data), self.units.length):
                yield unit.data[at : at + self.units.length], 0
            return
        codec = self.encoded.codec(unit.data)
        for text, end in self._pieces.all(self.encoded.text(unit.data) or ""):
            yield self.encoded.data(text, codec), len(self.encoded.data(text[len(text) - end :], codec))

    def span(self, unit: Unit, cell: Cell) -> Span | None:
        """Where a cell is: characters of its unit, or bytes where units are pieces of bytes."""
        if cell.path:
            return self._path_span(unit, cell)
        if self._in_bytes and cell.start is not None:
            return self._byte_span(unit, cell)
        line = self.line(unit)
        if line is None:
            return None
        return self.fields.span(line, cell) if cell.field is not None else placed.span(line, cell)

    def _path_span(self, unit: Unit, cell: Cell) -> Span | None:
        text = self.encoded.text(unit.data)
        if text is None:
            return None
        if self.units.structure == "xml":
            is_record = unit.kind.role == "record"
            return self._xml.values(text).span(cell.path) if is_record else xml_values.span(text, cell.path, frame=True)
        if self.units.structure != "json" or unit.kind.role in ("record", "part"):
            return json_values.span(text, cell.path)
        behind = self.units.records if unit.kind.role == "trailer" else None
        return json_values.span(text, cell.path, behind, is_fragment=True)

    def _byte_span(self, unit: Unit, cell: Cell) -> Span | None:
        start = cell.start or 0
        own = unit.data[: self.units.length] if unit.lines > 1 else unit.body
        found = own[start : None if cell.width is None else start + cell.width]
        raw = self.encoded.text(found)
        if not found or raw is None:
            return None
        return Span(start, start + len(found), raw, raw.strip(" "))

    def with_text(self, unit: Unit, cell: Cell, text: str, *, otherwise: Filled = "right") -> Unit:
        """The unit with another text there, its place filled up as it was, or else as said; NoRoom if it cannot be."""
        span = self.span(unit, cell)
        if span is None:
            raise NoRoom(f"found no {_named(cell)} in {_shown(unit)}, expected one")
        if span.value == text:
            return unit
        if self._in_bytes and cell.start is not None:
            return self._with_bytes(unit, cell, span, text, otherwise=otherwise)
        whole, shift = self._whole(unit, cell)
        if cell.path and self.units.structure == "xml":
            new = xml_values.written(whole, span, text)
        elif cell.path:
            new = json_values.written(span, text, whole)
        elif cell.field is not None:
            line = self.line(unit) or ""
            new = self.fields.written(span, text, cell, alone=len(span.raw) == len(line))
            span, new = self._in_width(line, span, new)
        else:
            new = placed.written(span.raw, text, cell.width, otherwise=otherwise)
            if any(end in text for end in self._ends):
                raise NoRoom(f"found {text!r}, expected a text without line ends")
        data = self.encoded.replaced(unit.data, whole, span.start + shift, span.end + shift, new)
        return unit._replace(data=data)

    def with_character(self, unit: Unit, cell: Cell, at: int, new: str) -> Unit:
        """The unit with another character there, in its own bytes; NoRoom if it cannot be."""
        span = self.span(unit, cell)
        if span is None:
            raise NoRoom(f"found no {_named(cell)} in {_shown(unit)}, expected one")
        if self._in_bytes and cell.start is not None:
            own = self.encoded.replaced(unit.data[span.start : span.end], span.raw, at, at + 1, new)
            return unit._replace(data=unit.data[: span.start] + own + unit.data[span.end :])
        whole, shift = self._whole(unit, cell)
        start = span.start + shift + at
        return unit._replace(data=self.encoded.replaced(unit.data, whole, start, start + 1, new))

    def _whole(self, unit: Unit, cell: Cell) -> tuple[str, int]:
        """The unit's text, and how many characters of it stand before the one that is counted from."""
        whole = self.encoded.text(unit.data) or ""
        return whole, 1 if whole[:1] == MARK and not cell.path else 0

    def _in_width(self, line: str, span: Span, new: str) -> tuple[Span, str]:
        """With the rest of the line where blanks pad it: all lines that were seen are as wide, and it ends so."""
        behind, more = line[span.end :], len(new) - len(span.raw)
        blanks = len(behind) - len(behind.rstrip(" "))
        is_one_width = len(self._widths) == 1 and self._lines > 1
        if not is_one_width or not more or blanks < max(more, _PADDED):
            return span, new
        padded = behind[:-more] if more > 0 else behind + " " * -more
        return span._replace(end=len(line), raw=line[span.start :]), new + padded

    def _with_bytes(self, unit: Unit, cell: Cell, span: Span, text: str, *, otherwise: Filled) -> Unit:
        codec = self.encoded.codec(unit.data)
        blank = len(self.encoded.data(" ", codec))
        padded = placed.written(
            span.raw,
            text,
            cell.width,
            otherwise=otherwise,
            size=lambda said: len(self.encoded.data(said, codec)) // blank,
        )
        new = self.encoded.data(padded, codec)
        if len(new) != span.end - span.start:
            raise NoRoom(f"found {text!r}, {len(new)} bytes, expected {span.end - span.start}")
        return unit._replace(data=unit.data[: span.start] + new + unit.data[span.end :])


def _named(cell: Cell) -> str:
    if cell.path:
        return f"value at {'/'.join(cell.path)}"
    if cell.field is not None:
        return f"field {cell.field}" + (f", component {cell.component}" if cell.component else "")
    return f"character {cell.start}"


def _shown(unit: Unit) -> str:
    body = unit.body
    return repr(body[:60].decode("latin-1")) + (" …" if len(body) > 60 else "")
