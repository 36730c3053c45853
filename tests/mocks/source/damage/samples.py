"""Feeds as they really are, in a store, with layouts that are said: what each damage makes of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.contract.codec import read
from harness.contract.content import FileLayout, PlacedColumn
from harness.contract.effects.damages import KINDS
from harness.contract.layout import Cell, Kind, Stated, Summand, UnitLayout
from harness.formats import Form
from harness.formats.as_said import layout_as_said
from harness.formats.figures import told
from harness.formats.known import KNOWN
from harness.formats.units import Unit, units
from harness.formats.units.service import as_found
from harness.mocks.source.damage import apply_damage
from harness.mocks.source.files.source_file import SourceFile
from tests.formats.cells.samples import OF_SAMPLES, SAMPLES, layout
from tests.formats.test_known import FILES
from tests.mocks.source.damage.conftest import bytes_of, source_file_of

TYPES = {"bai2.txt": {"amount": "integer"}}
NUMBERS = {"qty": "integer", "amount": "decimal", "price": "decimal", "day": "date", "pieces": "integer"}


def typed(laid_out: FileLayout, **types: str) -> FileLayout:
    """The same, with types of its columns; those of the names above are as there."""
    known = NUMBERS | types
    columns = tuple(replace(column, type=known.get(column.name, "text")) for column in laid_out.columns)
    return replace(laid_out, columns=columns)


def columns(*names: str, cells: Iterable[Cell | None] = (), **types: str) -> tuple[PlacedColumn, ...]:
    known, places = NUMBERS | types, [*cells] or [None] * len(names)
    return tuple(
        PlacedColumn(name=name, type=known.get(name, "text"), start=None, width=None, cell=cell)
        for name, cell in zip(names, places, strict=True)
    )


def kind(name: str, role: Any = "record", *starts: str, **more: Any) -> Kind:
    return Kind(name=name, role=role, starts=starts, **more)


PIECES = "".join(f"D;{number};{number}.25;{20261101 + number};Köln {number}\n" for number in range(1, 21))
LINES_OF = UnitLayout(
    separators=(";",),
    kinds=(kind("header", "header", "H;"), kind("trailer", "trailer", "T;"), kind("record", "record", "D;")),
    stated=(
        Stated(name="record count", kind="trailer", cell=Cell(field=2), counts=("records",)),
        Stated(name="control total", kind="trailer", cell=Cell(field=3), sums=(Summand(cell=Cell(field=3)),)),
    ),
)
TEXT = f"H;x\n{PIECES}T;0020;215.00\n"
UTF_16 = layout(LINES_OF, columns("type", "pieces", "amount", "day", "site"), encoding="utf-16")
LATIN = replace(UTF_16, encoding="latin-1")

MAINFRAME_UNITS = UnitLayout(
    structure="length",
    length=20,
    kinds=(kind("header", "header", "H"), kind("trailer", "trailer", "T"), kind("record", "record", "D")),
    stated=(Stated(name="record count", kind="trailer", cell=Cell(start=1, width=5), counts=("records",)),),
)
MAINFRAME = layout(
    MAINFRAME_UNITS,
    columns(
        "site", "pieces", "amount", "day",
        cells=(Cell(start=1, width=4), Cell(start=5, width=3), Cell(start=8, width=4, packed=True, decimals=2),
               Cell(start=12, width=8)),
    ),
    encoding="cp037",
    form="fixed",
)  # fmt: skip


def _mainframe() -> bytes:
    records = (
        f"DABC{number % 10}{number:03d}".encode("cp037")
        + bytes.fromhex(f"{number * 25:07d}C")
        + f"{20261101 + number}".encode("cp037")
        for number in range(1, 21)
    )
    return "H".ljust(20).encode("cp037") + b"".join(records) + "T00020".ljust(20).encode("cp037")


OBJECT = layout(
    UnitLayout(
        structure="json",
        records=("data", "orders"),
        kinds=(kind("header", "header"), kind("record"), kind("trailer", "trailer")),
        stated=(
            Stated(name="record count", kind="header", cell=Cell(path=("count",)), counts=("records",)),
            Stated(
                name="control total",
                kind="trailer",
                cell=Cell(path=("total",)),
                sums=(Summand(cell=Cell(path=("qty",))),),
            ),
        ),
    ),
    columns("id", "qty", "day"),
    form="json",
)
OBJECT_TEXT = (
    '{"count": 5, "data": {"orders": [\n'
    + ",\n".join(f' {{"id": "A{number}", "qty": {number}, "day": "24.11.2026", "tags": [1, {{"a": "]"}}]}}'
                 for number in range(5))
    + '\n ]}, "total": 10}\n'
)  # fmt: skip

CONTENTS: Mapping[str, tuple[bytes, FileLayout]] = {
    **{name: ((SAMPLES / name).read_bytes(), typed(one, **TYPES.get(name, {}))) for name, one in OF_SAMPLES.items()},
    "lines in utf-16": (TEXT.encode("utf-16"), UTF_16),
    "lines in latin-1, CR": (
        TEXT.replace("\n", "\r").encode("latin-1"),
        replace(LATIN, units=replace(LINES_OF, ends="\r")),
    ),
    "lines without a last end": (TEXT[:-1].encode("latin-1"), LATIN),
    "a mainframe's": (_mainframe(), MAINFRAME),
    "object.json": (OBJECT_TEXT.encode(), OBJECT),
}

AS_KNOWN: Mapping[str, tuple[bytes, FileLayout]] = {
    f"{name} as it is known": (texts[0].encode(), layout_as_said(Form(), KNOWN[name]).described())
    for name, texts in FILES.items()
}
"""Small files of several batches, messages or accounts, with layouts that are known by their names."""


@dataclass(frozen=True)
class Feed:
    """A file that lies in a store."""

    source_file: SourceFile
    content: bytes
    layout: FileLayout

    def damaged(self, key: str, **given: Any) -> bytes:
        body = apply_damage(self.source_file.body, self.source_file, read(KINDS[key], {key: given}, "effect"))
        data = bytes_of(body)
        assert data != self.content, "nothing was damaged"
        return data

    def units(self, data: bytes | None = None) -> list[Unit]:
        return units_of(self.content if data is None else data, self.layout)

    def other(self, data: bytes, laid_out: FileLayout | None = None) -> Feed:
        """Other bytes, of the same layout or of another, beside it in the store."""
        return stored(self.source_file.path.parent, data, laid_out or self.layout)


def units_of(data: bytes, laid_out: FileLayout) -> list[Unit]:
    found = list(units(io.BytesIO(data), laid_out))
    assert b"".join(unit.data for unit in found) == data
    return found


def stored(folder: Path, content: bytes, laid_out: FileLayout) -> Feed:
    found = as_found(io.BytesIO(content), laid_out)
    records = sum(unit.is_record for unit in units_of(content, found))
    return Feed(source_file_of(folder, content, laid_out, records=records, name="feed"), content, found)


def feed(folder: Path, name: str) -> Feed:
    return stored(folder, *{**CONTENTS, **AS_KNOWN}[name])


def wrong_figures(data: bytes, laid_out: FileLayout) -> list[str]:
    """What a file states of itself that is not so."""
    figures = told(units_of(data, laid_out), laid_out)
    return [f"{one.stated.name}: {one.text}, {one.comes_to}" for one in figures if not one.agrees]
