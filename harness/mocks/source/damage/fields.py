"""A record's values by column, out of the line that holds them and back into one."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from harness.contract.content import FileLayout, PlacedColumn
from harness.formats.fixed_width import TRAILER_WIDTHS
from harness.formats.table import NUMBERS
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

_QUOTED = re.compile(r'["\r\n]|^$')
"""What makes a writer quote a line's values, delimiters aside."""

WITH_VALUES = ("csv", "fixed", "jsonl")
"""The formats whose values can be found in a line; of a user's own format, lines are all that is known."""

Values = dict[str, str]
"""Each column's value as its file writes it, in the file's order."""


class Form:
    """How the lines of one file hold their values: CSV, fixed width or JSON lines."""

    def __init__(self, layout: FileLayout | None) -> None:
        self.format = layout.format if layout is not None else None
        self.encoding = (layout.encoding if layout is not None else None) or "utf-8"
        self._written = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        self.delimiter = (layout.delimiter if layout is not None else None) or ","
        known = layout is not None and layout.format in WITH_VALUES
        self.columns = {column.name: column for column in (layout.columns if layout is not None and known else ())}
        self.names = list(self.columns)
        self.control = layout.control if layout is not None else None

    def of_type(self, *types: str) -> list[str]:
        """The columns of these types."""
        return [name for name, column in self.columns.items() if column.type in types]

    def values(self, line: bytes) -> Values | None:
        """A record's values; None for a line that is no record of these columns."""
        text = self.text(line)
        if self.format == "jsonl":
            try:
                found = json.loads(text, parse_int=str, parse_float=str)
            except ValueError:
                return None
            return {name: _plain(value) for name, value in found.items()} if isinstance(found, dict) else None
        if self.format == "fixed":
            return {name: text[slice(*_span(column))].strip() for name, column in self.columns.items()}
        fields = self.split(text)
        return dict(zip(self.names, fields, strict=True)) if len(fields) == len(self.names) else None

    def line(self, values: Values, like: bytes) -> bytes:
        """A record with these values, with the line end of another."""
        if self.format == "jsonl":
            return self._bytes(json.dumps({k: self._typed(k, v) for k, v in values.items()}, ensure_ascii=False), like)
        if self.format == "fixed":
            return self._placed(values.items(), like)
        return self.separated(list(values.values()), like)

    def header(self, names: list[str], like: bytes) -> bytes:
        """A header line with these names."""
        if self.format == "fixed":
            return self._placed(((name, name) for name in names), like)
        return self.separated(names, like)

    def totals(self, line: bytes) -> list[str] | None:
        """What a trailer states: the number of records, and the control total if it has one; None for no trailer."""
        if self.format not in (None, *WITH_VALUES):
            return None
        text = self.text(line)
        if self.format == "jsonl":
            found = json.loads(text, parse_int=str, parse_float=str).get("trailer", {})
            return [str(value) for value in found.values()] or None
        if self.format == "fixed":
            at, records, total = TRAILER_WIDTHS
            found = [text[at : at + records], text[at + records : at + records + total]]
            return [value.strip() for value in found if value.strip()] or None
        return next(csv.reader([text], delimiter=self.delimiter), [""])[1:] or None

    def trailer(self, totals: list[str], like: bytes) -> bytes:
        """The trailer ``like``, stating these."""
        text = self.text(like)
        if self.format == "jsonl":
            named = zip(("records", "control_total"), totals, strict=False)
            written = ", ".join(f'"{name}": {value}' for name, value in named)  # as it stands: 1.50 is not 1.5
            return self._bytes(f'{{"trailer": {{{written}}}}}', like)
        if self.format == "fixed":
            at, *widths = TRAILER_WIDTHS
            written = "".join(value.zfill(width) for value, width in zip(totals, widths, strict=False))
            return self._bytes((text[:at] + written).ljust(len(text)), like)
        word = next(csv.reader([text], delimiter=self.delimiter))[0]
        return self.separated([word, *totals], like)

    def split(self, text: str) -> list[str]:
        """The values of a line of CSV; without quotes there is nothing that a reader knows better."""
        return text.split(self.delimiter) if '"' not in text else next(csv.reader([text], delimiter=self.delimiter), [])

    def separated(self, values: list[str], like: bytes) -> bytes:
        """Values between delimiters, quoted where they must be."""
        text = self.delimiter.join(values)
        if text.count(self.delimiter) == len(values) - 1 and not _QUOTED.search(text):
            return self._bytes(text, like)
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator="").writerow(values)
        return self._bytes(out.getvalue(), like)

    def text(self, line: bytes) -> str:
        """A line without its end; bytes that are no text come back as they were when it is written."""
        return str(line.rstrip(b"\r\n"), self.encoding, "surrogateescape")

    def _bytes(self, text: str, like: bytes) -> bytes:
        end = like[len(like.rstrip(b"\r\n")) :]
        mark = codecs.BOM_UTF8 if like.startswith(codecs.BOM_UTF8) else b""
        return mark + text.encode(self._written, "surrogateescape") + end

    def _placed(self, values: Iterable[tuple[str, str]], like: bytes) -> bytes:
        placed = []
        for name, value in values:
            column = self.columns.get(name)
            width = len(value) + 1 if column is None else column.width or 0
            number = column is not None and column.type in NUMBERS
            placed.append(value.rjust(width)[:width] if number else value.ljust(width)[:width])
        # Lines are as long as a trailer at least.
        return self._bytes("".join(placed).ljust(len(self.text(like))), like)

    def _typed(self, name: str, value: str) -> Any:
        column = self.columns.get(name)
        if column is None or column.type not in NUMBERS:
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value


def in_records(
    body: Body, source_file: SourceFile, recipe: object, change: Callable[[Form, int, Values], Values | None]
) -> Body:
    """The file with each record as ``change`` makes it, which is given its number; None leaves it as it is."""
    form = Form(source_file.layout)
    if not form.columns:
        return body

    def changed(lines: Iterator[Line]) -> Iterator[bytes]:
        number = 0
        for line in lines:
            values = form.values(line.data) if line.kind == "record" else None
            made = change(form, number, values) if values is not None else None
            number += line.kind == "record"
            yield line.data if made is None else form.line(made, line.data)

    return in_lines(body, source_file, recipe, changed)


def _span(column: PlacedColumn) -> tuple[int, int]:
    """The characters of a fixed-width line that are a column's."""
    start = column.start or 0
    return start, start + (column.width or 0)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
