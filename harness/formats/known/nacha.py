"""NACHA: entries of the US clearing house for payments, in batches, lines of 94 characters, blocks of ten lines.

Source: Nacha Operating Rules, appendix 3 (ACH record format specifications). Positions there begin at 1. An entry hash
adds up the receiving banks' first eight digits and keeps the last ten of the sum. A transaction code says of which kind
an account is and, by its second digit, whether it gets the money (0 to 4) or gives it (5 to 9).
"""

from __future__ import annotations

from harness.contract.content import SaidColumn, SaidLayout
from harness.contract.layout import LINES, RECORD_LINES, RECORDS, Cell, Kind, Marked, Stated, Summand, UnitLayout

_CODE = Cell(start=1, width=2)
_BANK = Cell(start=3, width=8)
_AMOUNT = Cell(start=29, width=10, decimals=2)

_ACCOUNTS = "2345"
"""Demand, savings, the bank's own ledger, loan."""

_CREDITS = Marked(cell=_CODE, values=tuple(account + kind for account in _ACCOUNTS for kind in "01234"))
_DEBITS = Marked(cell=_CODE, values=tuple(account + kind for account in _ACCOUNTS for kind in "56789"))


def _totals(kind: str, places: tuple[tuple[int, int], ...], within: str | None) -> tuple[Stated, ...]:
    """What the control records of a batch and of the file both state, each at its place and so wide."""
    entries, entry_hash, debit, credit = (Cell(start=start, width=width) for start, width in places)
    amounts = (Summand(cell=_AMOUNT),)
    return (
        Stated(name="entry and addenda count", kind=kind, cell=entries, counts=(RECORD_LINES,), within=within),
        Stated(name="entry hash", kind=kind, cell=entry_hash, sums=(Summand(cell=_BANK),), digits=10, within=within),
        Stated(name="total debit", kind=kind, cell=_money(debit), sums=amounts, only=_DEBITS, within=within),
        Stated(name="total credit", kind=kind, cell=_money(credit), sums=amounts, only=_CREDITS, within=within),
    )


def _money(cell: Cell) -> Cell:
    return Cell(start=cell.start, width=cell.width, decimals=2)


NACHA = SaidLayout(
    units=UnitLayout(
        kinds=(
            Kind(name="filling", role="filling", starts=("9" * 20,)),
            Kind(name="header", role="header", starts=("1",)),
            Kind(name="batch opens", role="header", starts=("5",), opens="batch"),
            Kind(name=RECORDS, role="record", starts=("6",)),
            Kind(name="parts", role="part", starts=("7",)),
            Kind(name="batch closes", role="trailer", starts=("8",), closes="batch"),
            Kind(name="trailer", role="trailer", starts=("9",)),
        ),
        stated=(
            *_totals("batch closes", ((4, 6), (10, 10), (20, 12), (32, 12)), "batch"),
            Stated(name="batch count", kind="trailer", cell=Cell(start=1, width=6), counts=("batch opens",)),
            Stated(name="block count", kind="trailer", cell=Cell(start=7, width=6), counts=(LINES,), per=10),
            *_totals("trailer", ((13, 8), (21, 10), (31, 12), (43, 12)), None),
        ),
    ),
    columns=(
        SaidColumn(name="transaction_code", cell=_CODE, type="text"),
        SaidColumn(name="receiving_bank", cell=_BANK, type="text"),
        SaidColumn(name="account", cell=Cell(start=12, width=17), type="text"),
        SaidColumn(name="amount", cell=_AMOUNT, type="decimal"),
        SaidColumn(name="name", cell=Cell(start=54, width=22), type="text"),
        SaidColumn(name="trace", cell=Cell(start=79, width=15), type="text"),
    ),
)
