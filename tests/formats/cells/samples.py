"""The layouts of the sample files, and their units."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.contract.content import FileLayout, PlacedColumn
from harness.contract.layout import Cell, Kind, Marked, Stated, Summand, UnitLayout
from harness.formats.units import Unit, json_document, lines, pieces, segments, xml_document
from harness.formats.units.service import as_found

SAMPLES = Path(__file__).parents[1] / "samples"

READERS = {
    "lines": lines.read,
    "length": pieces.read,
    "segments": segments.read,
    "json": json_document.read,
    "xml": xml_document.read,
}


def layout(
    units: UnitLayout,
    columns: Iterable[PlacedColumn] = (),
    *,
    encoding: str = "utf-8",
    form: str = "csv",
    **more: Any,
) -> FileLayout:
    nothing: dict[str, Any] = {"compress": None, "line_end": None, "delimiter": None, "control": None}
    return FileLayout(
        **(
            nothing
            | {"format": form, "encoding": encoding, "header": 0, "trailer": 0, "date_columns": (), "units": units}
            | {"columns": tuple(columns)}
            | more
        )
    )


def column(name: str, cell: Cell | None = None) -> PlacedColumn:
    return PlacedColumn(name=name, type="text", start=None, width=None, cell=cell)


def units(data: bytes, laid_out: FileLayout) -> list[Unit]:
    assert laid_out.units is not None
    file = io.BytesIO(data)
    found = list(READERS[laid_out.units.structure](file, as_found(io.BytesIO(data), laid_out)))
    assert b"".join(unit.data for unit in found) == data
    return found


def kind(name: str, role: Any = "record", *starts: str, **more: Any) -> Kind:
    return Kind(name=name, role=role, starts=starts, **more)


RECORD, TRAILER, HEADER = kind("record"), kind("trailer", "trailer", "T"), kind("header", "header", "H|")
COUNT = Stated(name="count", kind="trailer", cell=Cell(field=2), counts=("records",))

PIPE = layout(
    UnitLayout(
        separators=("|",),
        kinds=(HEADER, TRAILER, kind("record", "record", "D|")),
        stated=(
            COUNT,
            Stated(name="pieces", kind="trailer", cell=Cell(field=3), sums=(Summand(cell=Cell(field=5)),)),
            Stated(name="amount", kind="trailer", cell=Cell(field=4), sums=(Summand(cell=Cell(field=6)),)),
        ),
    ),
    map(column, ("type", "day", "sku", "name", "qty", "amount")),
)
PIPE_TWO_TRAILERS = layout(
    UnitLayout(
        separators=("|",),
        kinds=(
            HEADER,
            kind("names", "header", "type|"),
            kind("lines", "trailer", "T1|"),
            kind("sum", "trailer", "T2|"),
            RECORD,
        ),
        stated=(
            Stated(name="count", kind="lines", cell=Cell(field=3), counts=("records",)),
            Stated(name="sum", kind="sum", cell=Cell(field=3), sums=(Summand(cell=Cell(field=4)),)),
        ),
    ),
    map(column, ("type", "day", "sku", "qty")),
)

_ROUTING, _CENTS = Cell(start=3, width=8), Cell(start=29, width=10, decimals=2)
_DEBITS = Marked(cell=Cell(start=1, width=2), values=("27", "28", "29", "37", "38", "39"))
_CREDITS = Marked(cell=Cell(start=1, width=2), values=("22", "23", "24", "32", "33", "34"))


def _controls(of: str, within: str | None, count: int, width: int) -> tuple[Stated, ...]:
    """Entries with addenda, hash total, debits, credits, from this character on."""
    hashed, debited, credited = count + width, count + width + 10, count + width + 22
    return (
        Stated(
            name=f"{of} entries",
            kind=of,
            cell=Cell(start=count, width=width),
            counts=("record lines",),
            within=within,
        ),
        Stated(
            name=f"{of} hash",
            kind=of,
            cell=Cell(start=hashed, width=10),
            sums=(Summand(cell=_ROUTING),),
            digits=10,
            within=within,
        ),
        *(
            Stated(
                name=f"{of} {name}",
                kind=of,
                cell=Cell(start=start, width=12, decimals=2),
                sums=(Summand(cell=_CENTS),),
                only=only,
                within=within,
            )
            for name, start, only in (("debits", debited, _DEBITS), ("credits", credited, _CREDITS))
        ),
    )


NACHA = layout(
    UnitLayout(
        kinds=(
            kind("filling", "filling", "9" * 94),
            kind("header", "header", "1"),
            kind("batch opens", "header", "5", opens="batch"),
            kind("entry", "record", "6"),
            kind("addendum", "part", "7"),
            kind("batch closes", "trailer", "8", closes="batch"),
            kind("trailer", "trailer", "9"),
        ),
        stated=(
            *_controls("batch closes", "batch", 4, 6),
            Stated(name="batches", kind="trailer", cell=Cell(start=1, width=6), counts=("batch opens",)),
            Stated(name="blocks", kind="trailer", cell=Cell(start=7, width=6), counts=("lines",), per=10),
            *_controls("trailer", None, 13, 8),
        ),
    ),
    (column("code", Cell(start=1, width=2)), column("amount", _CENTS), column("name", Cell(start=54, width=22))),
    form="fixed",
)

BAI2 = layout(
    UnitLayout(
        separators=(",", "/"),
        kinds=(
            kind("header", "header", "01,"),
            kind("group opens", "header", "02,", opens="group"),
            kind("account opens", "header", "03,", opens="account"),
            kind("transaction", "record", "16,"),
            kind("continuation", "part", "88,"),
            kind("account closes", "trailer", "49,", closes="account"),
            kind("group closes", "trailer", "98,", closes="group"),
            kind("trailer", "trailer", "99,"),
        ),
        stated=(
            Stated(
                name="account total",
                kind="account closes",
                cell=Cell(field=2),
                sums=(Summand(cell=Cell(field=3)), Summand(cell=Cell(field=5), kind="account opens")),
                within="account",
            ),
            Stated(
                name="account records",
                kind="account closes",
                cell=Cell(field=3, component=1),
                counts=("lines",),
                within="account",
            ),
            Stated(
                name="group total",
                kind="group closes",
                cell=Cell(field=2),
                sums=(Summand(cell=Cell(field=3)), Summand(cell=Cell(field=5), kind="account opens")),
                within="group",
            ),
            Stated(
                name="accounts",
                kind="group closes",
                cell=Cell(field=3),
                counts=("account opens",),
                within="group",
            ),
            Stated(
                name="group records",
                kind="group closes",
                cell=Cell(field=4, component=1),
                counts=("lines",),
                within="group",
            ),
            Stated(name="records", kind="trailer", cell=Cell(field=4, component=1), counts=("lines",)),
        ),
    ),
    map(column, ("type", "code", "amount")),
)

QUOTED = layout(
    UnitLayout(separators=(",",), quote='"', kinds=(Kind(name="header", role="header", first=1), RECORD)),
    map(column, ("id", "customer", "note", "amount", "day")),
    encoding="utf-8-sig",
)

EDIFACT = layout(
    UnitLayout(
        structure="segments",
        separators=("+", ":"),
        release="?",
        ends="'",
        kinds=(
            kind("interchange opens", "header", "UNB", field=1),
            kind("message opens", "header", "UNH", field=1, opens="message"),
            kind("line", "record", "LIN", field=1),
            kind("description", "part", "IMD", field=1),
            kind("quantity", "part", "QTY", field=1),
            kind("control", "trailer", "CNT", field=1),
            kind("message closes", "trailer", "UNT", field=1, closes="message"),
            kind("interchange closes", "trailer", "UNZ", field=1),
            kind("other", "header"),
        ),
        stated=(
            Stated(
                name="lines", kind="control", cell=Cell(field=2, component=2), counts=("records",), within="message"
            ),
            Stated(name="segments", kind="message closes", cell=Cell(field=2), counts=("lines",), within="message"),
            Stated(name="messages", kind="interchange closes", cell=Cell(field=2), counts=("message opens",)),
        ),
    ),
    (column("number", Cell(field=2)), column("item", Cell(field=4, component=1))),
    form="text",
)

CAMT = layout(
    UnitLayout(
        structure="xml",
        records=("Ntry",),
        groups=("Stmt",),
        kinds=(
            kind("header", "header"),
            kind("Stmt opens", "header", opens="Stmt"),
            kind("record"),
            kind("Stmt closes", "trailer", closes="Stmt"),
            kind("trailer", "trailer"),
        ),
        stated=tuple(
            Stated(
                name=name,
                kind="Stmt opens",
                cell=Cell(path=("Document", "BkToCstmrStmt", "Stmt", "TxsSummry", "TtlNtries", name)),
                within="Stmt",
                **what,
            )
            for name, what in (
                ("NbOfNtries", {"counts": ("records",)}),
                ("Sum", {"sums": (Summand(cell=Cell(path=("Amt",))),)}),
            )
        ),
    ),
    (
        column("ref", Cell(path=("NtryRef",))),
        column("amount", Cell(path=("Amt",))),
        column("currency", Cell(path=("Amt", "@Ccy"))),
        column("day", Cell(path=("BookgDt", "Dt"))),
        column("info", Cell(path=("AddtlNtryInf",))),
    ),
    form="xml",
)

ARRAY = layout(
    UnitLayout(structure="json", kinds=(kind("header", "header"), RECORD, kind("trailer", "trailer"))),
    map(column, ("id", "site", "qty", "price", "day")),
    form="json",
)

OF_SAMPLES = {
    "pipe.txt": PIPE,
    "pipe0.txt": PIPE,
    "pipe2t.txt": PIPE_TWO_TRAILERS,
    "nacha.ach": NACHA,
    "bai2.txt": BAI2,
    "quoted.csv": QUOTED,
    "edifact.edi": EDIFACT,
    "camt.xml": CAMT,
    "array.json": ARRAY,
}
