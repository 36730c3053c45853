"""EDIFACT and X12: orders, invoices and despatch advices in segments, messages in interchanges.

EDIFACT, source: ISO 9735 (UN/EDIFACT syntax rules, part 1 and its service segments): UNT counts a message's segments
with UNH and UNT, UNE a functional group's messages, UNZ an interchange's messages. (Where there are functional groups,
UNZ counts those, which this layout does not say.) CNT with the qualifier 2 counts line items (UNTDID 6069).

X12, source: ASC X12.6 and X12.22: SE counts a transaction set's segments with ST and SE, GE a functional group's
transaction sets, IEA an interchange's functional groups, CTT line items; its hash total adds up, in orders and
invoices, the quantities.

A record is a line item (LIN; PO1 of an order, IT1 of an invoice) with all that follows until the next one or what ends
the section of line items.
"""

from __future__ import annotations

from harness.contract.content import SaidLayout
from harness.contract.layout import LINES, RECORDS, Cell, Kind, Role, Stated, Summand, UnitLayout


def _kind(name: str, role: Role, *tags: str, opens: str | None = None, closes: str | None = None) -> Kind:
    return Kind(name=name, role=role, starts=tags, field=1, opens=opens, closes=closes)


def _group(name: str, first: str, last: str) -> tuple[Kind, Kind]:
    """What opens and what closes it."""
    opens = _kind(f"{name} opens", "header", first, opens=name)
    return opens, _kind(f"{name} closes", "trailer", last, closes=name)


def _counted(name: str, kind: str, within: str, *counts: str, cell: Cell | None = None) -> Stated:
    return Stated(name=name, kind=kind, cell=cell or Cell(field=2), counts=counts, within=within)


EDIFACT = SaidLayout(
    units=UnitLayout(
        structure="segments",
        ends="'",
        separators=("+", ":"),
        release="?",
        kinds=(
            *_group("interchange", "UNB", "UNZ"),
            *_group("functional group", "UNG", "UNE"),
            *_group("message", "UNH", "UNT"),
            _kind(RECORDS, "record", "LIN"),
            _kind("packing", "header", "CPS"),
            Kind(name="line item count", role="trailer", starts=("CNT+2:",)),
            _kind("summary", "trailer", "UNS", "CNT"),
            Kind(name="parts", role="part"),
        ),
        stated=(
            _counted("segment count", "message closes", "message", LINES),
            _counted("line item count", "line item count", "message", RECORDS, cell=Cell(field=2, component=2)),
            _counted("messages of the group", "functional group closes", "functional group", "message opens"),
            _counted("messages of the interchange", "interchange closes", "interchange", "message opens"),
        ),
    ),
)

X12 = SaidLayout(
    units=UnitLayout(
        structure="segments",
        ends="~",
        separators=("*", ":"),
        kinds=(
            *_group("interchange", "ISA", "IEA"),
            *_group("functional group", "GS", "GE"),
            *_group("transaction set", "ST", "SE"),
            _kind(RECORDS, "record", "PO1", "IT1"),
            _kind("transaction totals", "trailer", "CTT"),
            _kind("summary", "trailer", "TDS"),
            Kind(name="parts", role="part"),
        ),
        stated=(
            _counted("segment count", "transaction set closes", "transaction set", LINES),
            _counted("line item count", "transaction totals", "transaction set", RECORDS),
            Stated(
                name="hash total",
                kind="transaction totals",
                cell=Cell(field=3),
                sums=(Summand(cell=Cell(field=3)),),
                within="transaction set",
            ),
            _counted("transaction sets", "functional group closes", "functional group", "transaction set opens"),
            _counted("functional groups", "interchange closes", "interchange", "functional group opens"),
        ),
    ),
)
