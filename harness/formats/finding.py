"""What a file is that somebody else made: its layout from its first bytes, its records as they stream by."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import decimal
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.formats import delimited, json_lines, parquet
from harness.formats.choices import control_mistake
from harness.formats.compression import compression_of, decompressed
from harness.formats.counting import count
from harness.formats.format import FORMATS
from harness.formats.layout import BINARY, Form, Layout, Mismatch
from harness.formats.lines import TRAILER
from harness.formats.table import Column, Totals, Type, plain

SAMPLE_BYTES = 1 << 16
SAMPLE_RECORDS = 200
"""From so much of the file its delimiter and the types of its columns are told."""

ADDED_AT_ONCE = 1_000

DELIMITERS = ",;\t|"


def find_layout(path: Path, form: Form, *, records: int | None = None) -> tuple[Layout, Totals]:
    """The layout of a file, the form's choices first, and what it holds; ``records`` where that is known already.

    The file is read in pieces, never as a whole. ValueError when it is not what it says it is, a `Mismatch` when it is
    not what the form says.
    """
    chosen = FORMATS[form.format] if form.format is not None else None
    if chosen is not None and chosen.find is not None:
        layout, totals = chosen.find(path, form)
        return layout, totals if records is None else replace(totals, records=records)
    compress = compression_of(path)
    if form.compress is not None and form.compress != compress:
        text = f"found compress: {form.compress}, and the file is {compress or 'not compressed'}; it is kept as it is"
        raise Mismatch("compress", text)
    with decompressed(path, compress) as file:
        sample = file.read(SAMPLE_BYTES)
    if form.format == "parquet" or (form.format is None and sample.startswith(parquet.MAGIC)):
        return _parquet(path, form)
    if chosen is not None and not chosen.text:
        text = f"the format {form.format} does not say how a file of it is understood, and no file of it can be copied"
        raise Mismatch("format", text)
    layout = _layout(sample, form, compress, whole=len(sample) < SAMPLE_BYTES)
    if layout.format == BINARY:
        return layout, Totals(records or 0)
    with decompressed(path, compress) as file:
        counted = count(file, layout.delimiter)
    trailer = int(_is_trailer(counted.last, layout)) if form.trailer is None else form.trailer
    layout = replace(layout, trailer=trailer)
    if records is None:
        records = max(0, counted.records - layout.header - trailer)
    return _added_up(path, layout, form.control, records)


def _layout(sample: bytes, form: Form, compress: str | None, *, whole: bool) -> Layout:
    encoding = _encoding(sample)
    if encoding is None and form.format is None:
        return Layout(format=BINARY, compress=compress, encoding=None, line_end=None)
    encoding = encoding or "latin-1"
    text = sample.decode(encoding, errors="ignore")
    lines = text.splitlines()
    if not whole and len(lines) > 1:
        lines.pop()  # it may go on
    name = form.format or ("jsonl" if _objects(lines[:1]) else "csv")
    layout = Layout(
        format=name, compress=compress, encoding=encoding, line_end="\r\n" if "\r\n" in text else "\n", header=0
    )
    if name == "jsonl":
        return replace(layout, columns=_columns_of_objects(_objects(lines[:SAMPLE_RECORDS])))
    if name != "csv":
        return replace(layout, header=form.header or 0)
    delimiter = form.delimiter or _delimiter(lines)
    header = (1 if text.strip() else 0) if form.header is None else form.header
    rows = list(delimited.rows(lines[: SAMPLE_RECORDS + header], delimiter))
    if rows and header > len(rows):
        raise Mismatch("header", f"found {len(rows)} lines, expected a header of {header}")
    return replace(layout, delimiter=delimiter, header=header, columns=_columns_of_rows(rows, header, delimiter))


def _encoding(sample: bytes) -> str | None:
    """Of text; None for what is none."""
    if b"\0" in sample:
        return None
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    try:
        # The sample may end inside a character.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _delimiter(lines: Sequence[str]) -> str:
    """By the csv module's guess where it dares one, else the one that the first line has most of."""
    body = [line for line in lines if line.strip()][:50]
    if not body:
        return ","
    if not any('"' in line for line in body):
        there = [one for one in DELIMITERS if any(one in line for line in body)]
        if len(there) == 1:
            return there[0]
        try:
            # A trailer has other fields than the records, and spoils the guess for a small file.
            return csv.Sniffer().sniff("\n".join(body[:-1] or body), DELIMITERS).delimiter
        except csv.Error:
            pass
    return max(DELIMITERS, key=lambda one: len(next(delimited.rows(body[:1], one))))


def _is_trailer(line: bytes, layout: Layout) -> bool:
    text = line.decode(layout.encoding or "utf-8", errors="replace").strip()
    if layout.format == "jsonl":
        return any(set(one) == {json_lines.TRAILER} for one in _objects([text]))
    if layout.format != "csv":
        return text.upper().startswith(TRAILER)
    return text.split(layout.delimiter or ",")[0].strip('"').upper() == TRAILER


def _added_up(path: Path, layout: Layout, control: str | None, records: int) -> tuple[Layout, Totals]:
    if control is None:
        return layout, Totals(records)
    if layout.format not in ("csv", "jsonl"):
        raise Mismatch("control", f"a {layout.format} file that was found has no columns to add up: drop it")
    if mistake := control_mistake(control, layout.columns):
        raise Mismatch("control", mistake)
    total = decimal.Decimal(0)
    with decompressed(path, layout.compress) as file:
        text = io.TextIOWrapper(file, encoding=layout.encoding, errors="replace", newline="")
        values = itertools.islice(_values(text, layout, control), records)
        for begins in itertools.count(1, ADDED_AT_ONCE):
            if not (some := [*itertools.islice(values, ADDED_AT_ONCE)]):
                break
            total += _sum(some, begins)
        text.detach()
    whole = next(column for column in layout.columns if column.name == control).type == "integer"
    return replace(layout, control=control), Totals(records, int(total) if whole else plain(total))


def _sum(values: Sequence[str], begins: int) -> decimal.Decimal:
    """Of what a column has from that record on; most columns that are added up have whole numbers in them."""
    try:
        return decimal.Decimal(sum(map(int, values)))
    except ValueError:
        pass
    total = decimal.Decimal(0)
    for number, value in enumerate(values, begins):
        try:
            total += decimal.Decimal(value or "0")
        except decimal.InvalidOperation:
            raise Mismatch("control", f"record {number} has {value!r} in it, expected a number") from None
    return total


def _values(text: Iterable[str], layout: Layout, control: str) -> Iterator[str]:
    if layout.format == "jsonl":
        yield from (str(json.loads(line, parse_float=str).get(control, "")) for line in text if line.strip())
        return
    rows = filter(None, delimited.rows(text, layout.delimiter or ","))
    at = [column.name for column in layout.columns].index(control)
    for row in itertools.islice(rows, layout.header, None):
        yield row[at] if at < len(row) else ""


def _parquet(path: Path, form: Form) -> tuple[Layout, Totals]:
    columns, records = parquet.columns_and_records(path)
    layout = Layout(format="parquet", encoding=None, line_end=None, columns=columns, control=form.control)
    if form.control is None:
        return layout, Totals(records)
    if mistake := control_mistake(form.control, columns):
        raise Mismatch("control", mistake)
    total = parquet.total(path, next(column for column in columns if column.name == form.control))
    return layout, Totals(records, total if isinstance(total, int) else plain(decimal.Decimal(str(total))))


def _objects(lines: Iterable[str]) -> list[dict[str, Any]]:
    found = []
    for line in lines:
        try:
            value = json.loads(line) if line.lstrip().startswith("{") else None
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            found.append(value)
    return found


def _columns_of_objects(objects: Sequence[dict[str, Any]]) -> tuple[Column, ...]:
    records = [one for one in objects if set(one) != {json_lines.TRAILER}]
    names = dict.fromkeys(name for one in records for name in one)
    return tuple(Column(name, _type([_text(one.get(name)) for one in records])) for name in names)


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value) if isinstance(value, bool | dict | list) else str(value)


def _columns_of_rows(rows: Sequence[Sequence[str]], header: int, delimiter: str) -> tuple[Column, ...]:  # noqa: ARG001
    if not rows:
        return ()
    records = [row for row in rows[header:] if row and row[0].upper() != TRAILER]
    width = len(rows[header - 1]) if header else max(map(len, records), default=0)
    names = list(rows[header - 1]) if header else [f"column_{at + 1}" for at in range(width)]
    values = itertools.chain(itertools.zip_longest(*records, fillvalue=""), itertools.repeat(()))
    return tuple(Column(name, _type(one)) for name, one in zip(names, values, strict=False))


_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _type(values: Sequence[str]) -> Type:
    """The narrowest type of all values that are not empty. 007 is no number: it would lose its zeros."""
    there = {*values} - {""}  # each once: most columns have few values
    if not there:
        return "text"
    if all(map(_INTEGER.fullmatch, there)):
        return "integer"
    if all(_INTEGER.fullmatch(value) or _DECIMAL.fullmatch(value) for value in there):
        return "decimal"
    if all(_moment(value) is not None for value in there):
        return "date" if all(len(value) == len("2026-11-23") for value in there) else "timestamp"
    return "text"


def _moment(value: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(value) if _DAY.match(value) else None
    except ValueError:
        return None
