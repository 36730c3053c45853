"""What a file is taken for that nobody has described, where that is more than lines with a header and a trailer."""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import replace

from harness.contract.content import FileLayout, SaidColumn, SaidLayout
from harness.contract.layout import Cell, UnitLayout
from harness.formats.guessing.census import plain_lines, rows, some
from harness.formats.guessing.documents import by_structure
from harness.formats.guessing.figures_found import Agreeing, Comes, Found
from harness.formats.guessing.plain import TRAILER_WORDS, delimiter_of, header_of, names_at, words_of
from harness.formats.guessing.proposed import Opened, Proposed
from harness.formats.guessing.sample import EBCDIC, Sample
from harness.formats.guessing.standards import by_standard
from harness.formats.guessing.summing import Around, columns_to_add, fields, sums_of
from harness.formats.guessing.typed_lines import by_first_fields
from harness.formats.guessing.values import SAMPLE_RECORDS, columns_of_rows
from harness.formats.made_units import TRAILER, lines
from harness.formats.units import NotAsLaidOut

UNUSUAL = ("utf-16", EBCDIC)
"""Encodings whose lines are found by their characters alone."""


def proposed(opened: Opened, sample: Sample, delimiter: str | None) -> Proposed | None:
    """A standard, a document, lines that say what they are, or lines of an unusual kind; None for everything else."""
    if sample.is_ebcdic:
        sample = sample.as_ebcdic()
        if sample.ends is None and "\n" not in sample.text:
            return None  # pieces, and nothing in them says how long they are
    if sample.encoding is None or not sample.text.strip():
        return None
    found = by_standard(sample)
    with contextlib.suppress(NotAsLaidOut):  # it begins like a document, and is cut or something else
        found = found or by_structure(opened, sample)
    return found or of_lines(opened, sample, delimiter)


def of_lines(opened: Opened, sample: Sample, delimiter: str | None) -> Proposed | None:
    """Lines that say what they are, or lines of an unusual kind; None for everything else."""
    if len(sample.lines) < 2 and not sample.whole:
        return None  # of a line that is longer than a sample nothing is told, and it need not fit into memory
    encoding = sample.encoding or "latin-1"
    said = delimiter or delimiter_of(sample.lines)
    has_fields = any(said in line for line in sample.lines)
    layout = plain_lines(encoding, sample.ends, (said,) if has_fields else (), '"' if has_fields else None)
    try:
        quoted = any(line.startswith('"') for line in sample.lines)
        found = by_first_fields(opened, layout, quoted=quoted)
        if found is not None or (sample.ends is None and encoding not in UNUSUAL):
            return found
        return _unusual(opened, sample, layout)
    except ValueError:
        return None


def _unusual(opened: Opened, sample: Sample, layout: FileLayout) -> Proposed:
    """Lines that only differ from usual ones by their ends, or their encoding."""
    first = some(rows(opened, layout), SAMPLE_RECORDS)
    header = header_of(sample.lines, first)
    numbered = deque(enumerate(rows(opened, layout), 1), 1)
    count, last = numbered[0] if numbered else (0, [""])
    trailer = int(count > header and last[0].upper() in TRAILER_WORDS)
    names = names_at(sample.lines, first)
    records = first[header : count - trailer]
    has_fields = layout.delimiter is not None  # a line without any has no names for them
    columns = columns_of_rows([first[names], *records], 1) if header and has_fields else ()
    found: list[Found] = []
    if trailer:
        wanted = columns_to_add(records, [one.column.name for one in columns])
        around = Around(header, trailer)
        inner = count - header - trailer
        comes = Comes(inner, count, inner, lambda: sums_of(rows(opened, layout), around, wanted))
        found = [*Agreeing(comes).found(TRAILER, fields(last)[1:])]
    said = tuple(
        SaidColumn(name=one.column.name, cell=Cell(field=number, comma=one.comma), type=one.column.type)
        for number, one in enumerate(columns, 1)
    )
    parts = layout.units or UnitLayout()
    shape = [f"encoding: {layout.encoding}"] if layout.encoding in UNUSUAL else []
    shape += [f"lines end with {parts.ends!r}"] if parts.ends else []
    units = replace(
        lines(header, trailer, separators=parts.separators, quote=parts.quote),
        ends=parts.ends,
        stated=tuple(one.stated for one in found),
        guessed=(*shape, *words_of(header, trailer, found)),
    )
    return Proposed(SaidLayout(units=units, encoding=layout.encoding, columns=said), records=count - header - trailer)
