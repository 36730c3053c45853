"""What a file is that somebody else made: its layout from its first bytes, its records as they stream by."""

from __future__ import annotations

import codecs
import io
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from harness.contract.content import SaidColumn, SaidLayout
from harness.contract.layout import Cell
from harness.formats import delimited, json_lines
from harness.formats.adding_up import added_up, total_of
from harness.formats.as_said import has_any_bytes, layout_as_said, sampled, totals_as_said
from harness.formats.by_library.kinds import KINDS, name_of
from harness.formats.choices import control_mistake
from harness.formats.compression import decompressed
from harness.formats.containers.container import BROKEN, container_of
from harness.formats.containers.container import Found as Packed
from harness.formats.containers.members import NoMember
from harness.formats.containers.opaque import opaque_because
from harness.formats.counting import Counted, count
from harness.formats.format import FORMATS
from harness.formats.guessing.figures_found import Found
from harness.formats.guessing.plain import (
    TRAILER_WORDS,
    delimiter_of,
    header_of,
    names_at,
    stated_in_object,
    stated_in_row,
    words_of,
)
from harness.formats.guessing.proposed import Opened, Proposed
from harness.formats.guessing.proposing import of_lines, proposed
from harness.formats.guessing.sample import SAMPLE_BYTES, Sample
from harness.formats.guessing.values import SAMPLE_RECORDS, Typed, columns_of_objects, columns_of_rows, objects
from harness.formats.guessing.xml_elements import is_document
from harness.formats.layout import BINARY, Form, Layout, Mismatch
from harness.formats.table import Totals
from harness.formats.units import as_found


def find_layout(path: Path, form: Form, *, records: int | None = None) -> tuple[Layout, Totals]:
    """The layout of a file, the form's choices first, and what it holds; ``records`` where that is known already.

    The file is read in pieces, never as a whole. ValueError when it is not what it says it is, a `Mismatch` when it is
    not what the form says.
    """
    layout, totals, _ = _found(path, form, records)
    return layout, totals


def _found(path: Path, form: Form, records: int | None) -> tuple[Layout, Totals, Proposed | None]:
    """With what was guessed of it, where that is what it was found to be."""
    chosen = FORMATS[form.format] if form.format is not None else None
    if chosen is not None and chosen.find is not None:
        layout, totals = chosen.find(path, form)
        layout = chosen.with_units(layout)
        return layout, totals if records is None else replace(totals, records=records), None
    packed = _packed(path, form)
    _refuse_opaque(form, packed)
    opened = _opened(path, packed)
    sample = _sample(opened)
    if form.format in KINDS or (form.format is None and form.layout is None):
        with opened() as file:
            name = form.format or name_of(file)
        if name is not None:
            return *_by_library(opened, name, form, packed, records), None
    if chosen is not None and not chosen.text:
        text = f"the format {form.format} does not say how a file of it is understood, and no file of it can be copied"
        raise Mismatch("format", text)
    if form.layout is not None:
        layout = _as_said(path, form, form.layout, packed, sample)
        return layout, totals_as_said(path, layout, records), None
    guess = _proposed(opened, form, sample)
    if guess is not None and (found := _as_proposed(path, form, guess, packed, sample, records)) is not None:
        return *found, guess
    return *_plain(opened, sample, form, packed, records), None


def layout_as_found(path: Path, form: Form, said: SaidLayout) -> Layout:
    """The layout of a file whose layout is said, by its first records alone; raises as `find_layout` does."""
    packed = _packed(path, form)
    _refuse_opaque(form, packed)
    return _as_said(path, form, said, packed, _sample(_opened(path, packed)))


def proposal(path: Path, form: Form) -> Proposed | Layout:
    """What a file is taken for whose layout nobody says, as its author could say it; the layout: of nothing but bytes.

    Raises as `find_layout` does.
    """
    layout, _, guess = _found(path, form, None)
    if guess is not None or layout.units is None:
        return guess or layout
    places = (
        (one, layout.cells.get(one.name, Cell(path=(one.name,)) if layout.format == "jsonl" else Cell(field=at)))
        for at, one in enumerate(layout.columns, 1)
        if one.name  # JSON may have a key without a character, which no chain can name
    )
    # One header line has their names; of several, it may be another than the last.
    columns = () if layout.header == 1 else tuple(SaidColumn(name=one.name, cell=cell) for one, cell in places)
    return Proposed(SaidLayout(units=layout.units, encoding=layout.encoding, columns=columns))


def looks_like_ebcdic(path: Path, form: Form) -> bool:
    """Whether a file's first bytes are those of EBCDIC."""
    return _sample(_opened(path, _packed(path, form))).is_ebcdic


def _packed(path: Path, form: Form) -> Packed:
    """What the file lies in; a Mismatch where that is not what is said of it."""
    try:
        found = container_of(path, form.member)
    except NoMember as error:
        raise Mismatch("member", f"found member: {form.member}, expected the name of one member: {error}") from None
    except BROKEN as error:
        if getattr(error, "errno", None) is not None:
            raise  # of the disk, or of whoever reads it
        raise ValueError(f"begins like an archive and is damaged: {error}") from error
    if form.compress is not None and form.compress != found.compress:
        there = found.opaque or f"the file is {found.compress or 'not compressed'}"
        raise Mismatch("compress", f"found compress: {form.compress}, and {there}; it is kept as it is")
    return found


def _refuse_opaque(form: Form, packed: Packed) -> None:
    """What is said of records is not meant of the bytes of what they lie in."""
    for key in ("layout", "format"):
        if packed.opaque is not None and getattr(form, key) is not None:
            raise Mismatch(key, f"found {key}, and {packed.opaque}; if one has the records, say it: member: NAME")


def _opened(path: Path, packed: Packed) -> Opened:
    return partial(decompressed, path, packed.compress, packed.member)


def _sample(opened: Opened) -> Sample:
    with opened() as file:
        head = file.read(SAMPLE_BYTES)
    return Sample(head, whole=len(head) < SAMPLE_BYTES)


def _as_said(path: Path, form: Form, said: SaidLayout, packed: Packed, sample: Sample) -> Layout:
    if what := opaque_because(sample.head, any_bytes=has_any_bytes(said)):
        text = f"found a layout, and the file is {what}, of which nobody can read records here; drop the layout"
        raise Mismatch("layout", text)
    layout = replace(layout_as_said(form, said), compress=packed.compress, member=packed.member)
    if said.encoding is None:
        layout = replace(layout, encoding=sample.encoding or "latin-1")
    if said.units.structure == "lines" and said.units.ends is None:
        layout = replace(layout, line_end="\r\n" if b"\r\n" in sample.head else "\n")
    if said.units.structure == "segments":
        layout = _with_service(layout, sample)
    return sampled(path, layout, said)


def _with_service(layout: Layout, sample: Sample) -> Layout:
    """With the characters that the segments of this file say of themselves."""
    found = as_found(io.BytesIO(sample.head), layout.described())
    cells = {column.name: column.cell for column in found.columns if column.cell is not None}
    separators = found.units.separators if found.units is not None else ()
    return replace(layout, units=found.units, cells=cells, delimiter=(*separators, None)[0])


def _proposed(opened: Opened, form: Form, sample: Sample) -> Proposed | None:
    """Whatever the form says of lines says that they are plain ones."""
    if form.format not in (None, "csv") or form.header is not None or form.trailer is not None:
        return None
    is_text = sample.encoding == "utf-16" or sample.is_ebcdic
    if form.format is None and not is_text and opaque_because(sample.head):
        return None
    return (proposed if form.format is None else of_lines)(opened, sample, form.delimiter)


def _as_proposed(
    path: Path, form: Form, guess: Proposed, packed: Packed, sample: Sample, records: int | None
) -> tuple[Layout, Totals] | None:
    """As if the author had said it; None where the file turns out to be something else."""
    try:
        layout = _as_said(path, form, guess.said, packed, sample)
        layout = replace(
            layout,
            header=layout.header if guess.header is None else guess.header,
            trailer=layout.trailer if guess.trailer is None else guess.trailer,
        )
        if guess.header is not None and not guess.said.columns:
            layout = replace(layout, columns=(), cells={})  # none of its header lines has their names
        return layout, totals_as_said(path, layout, guess.records if records is None else records)
    except Mismatch as error:
        if error.key == "layout":
            return None
        raise


def _plain(opened: Opened, sample: Sample, form: Form, packed: Packed, records: int | None) -> tuple[Layout, Totals]:
    """Lines with a header before and a trailer behind them, or nothing but bytes."""
    layout = replace(_layout(sample, form), compress=packed.compress, member=packed.member)
    if layout.format == BINARY:
        return layout, Totals(records or 0)
    with opened() as file:
        is_mark = sample.head == codecs.BOM_UTF8  # which alone is no line
        counted = Counted() if is_mark else count(file, layout.delimiter)
    trailer = int(_is_trailer(counted.last, layout)) if form.trailer is None else form.trailer
    layout = replace(layout, trailer=trailer)
    if records is None:
        records = max(0, counted.records - layout.header - trailer)
    layout, totals = added_up(opened(), layout, form.control, records)
    return _with_units(opened, layout, form, counted), totals


def _with_units(opened: Opened, layout: Layout, form: Form, counted: Counted) -> Layout:
    """With what its trailer states, as far as that agrees; and what of all this the form does not say, in words."""
    layout = FORMATS[layout.format].with_units(layout)
    if layout.units is None or layout.format not in ("csv", "jsonl"):
        return layout
    # Several last lines are of one kind, and what one of them states would be meant of all.
    found = _stated(opened, layout, counted) if layout.trailer == 1 else []
    guessed = words_of(layout.header, layout.trailer, found)
    if form.header is not None and form.trailer is not None:
        guessed = [f"trailer: {one.words}" for one in found]
    units = replace(layout.units, stated=tuple(one.stated for one in found), guessed=tuple(guessed))
    return replace(layout, units=units)


def _stated(opened: Opened, layout: Layout, counted: Counted) -> list[Found]:
    last = counted.last.decode(layout.encoding or "utf-8", errors="replace")
    stated = stated_in_object if layout.format == "jsonl" else stated_in_row
    return stated(opened, layout.described(), last, counted.records - layout.header - layout.trailer)


def _layout(sample: Sample, form: Form) -> Layout:
    encoding, lines = sample.encoding, sample.lines
    is_text = encoding not in (None, "utf-16") and not sample.is_ebcdic and not opaque_because(sample.head)
    # A document in which no element is there twice has no records, and its lines are none either.
    if form.format is None and (not is_text or is_document(sample)):
        return Layout(format=BINARY, encoding=None, line_end=None)
    name = form.format or ("jsonl" if objects(lines[:1]) else "csv")
    line_end = "\r\n" if "\r\n" in sample.text else "\n"
    layout = Layout(format=name, encoding=encoding or "latin-1", line_end=line_end, header=0)
    if name == "jsonl":
        found = columns_of_objects(objects(lines[:SAMPLE_RECORDS]))
        return _with_columns(layout, found, [Cell(path=(one.column.name,)) for one in found])
    if name != "csv":
        return replace(layout, header=form.header or 0)
    delimiter = form.delimiter or delimiter_of(lines)
    rows = list(delimited.rows(lines[: SAMPLE_RECORDS + (form.header or 1)], delimiter))
    header = header_of(lines, rows) if form.header is None else form.header
    if rows and header > len(rows):
        raise Mismatch("header", f"found {len(rows)} lines, expected a header of {header}")
    names = names_at(lines, rows) if form.header is None and header else header - 1
    found = columns_of_rows([*rows[names : names + 1], *rows[header:]] if header else rows, min(header, 1))
    layout = replace(layout, delimiter=delimiter, header=header)
    return _with_columns(layout, found, [Cell(field=at + 1) for at in range(len(found))])


def _with_columns(layout: Layout, found: Sequence[Typed], cells: Sequence[Cell]) -> Layout:
    """With these columns, each in its cell; told are only cells that the format does not have itself."""
    columns = tuple(one.column for one in found)
    if len({one.name for one in columns}) < len(columns):
        return replace(layout, columns=columns)  # by their names, one of two would be taken for the other
    commas = {one.column.name: replace(cell, comma=True) for one, cell in zip(found, cells, strict=True) if one.comma}
    return replace(layout, columns=columns, cells=commas)


def _is_trailer(line: bytes, layout: Layout) -> bool:
    text = line.decode(layout.encoding or "utf-8", errors="replace").strip()
    if layout.format == "jsonl":
        return any(set(one) == {json_lines.TRAILER} for one in objects([text]))
    if layout.format != "csv":
        return text.upper().startswith(TRAILER_WORDS[0])
    return text.split(layout.delimiter or ",")[0].strip('"').upper() in TRAILER_WORDS


def _by_library(opened: Opened, name: str, form: Form, packed: Packed, records: int | None) -> tuple[Layout, Totals]:
    """What its own library says; without it, bytes, but for Parquet, which the chain may have written itself."""
    kind = KINDS[name]
    layout = Layout(format=BINARY, compress=packed.compress, member=packed.member, encoding=None, line_end=None)
    if name not in FORMATS and not kind.library.is_installed:
        return layout, Totals(records or 0)
    with opened() as file:
        columns, counted = kind.columns_and_records(file)
        layout = replace(layout, format=name, columns=columns, control=form.control)
        if form.control is None:
            return layout, Totals(counted)
        if mistake := control_mistake(form.control, columns):
            raise Mismatch("control", mistake)
        return layout, Totals(counted, total_of(kind.values(file, form.control)))
