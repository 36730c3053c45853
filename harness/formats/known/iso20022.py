"""ISO 20022 in XML: a bank's statement of an account (camt.053), a customer's order to pay (pain.001).

Source: ISO 20022 message definition reports, Bank-to-Customer Cash Management and Payments Initiation. camt.053 states
for a statement how many entries there are and what they come to, whatever their direction (TtlNtries), the credits and
debits of these, and what is left of one less the other. pain.001 states for the message and for each payment
information how many transactions there are (NbOfTxs) and what their amounts come to, whatever their currencies
(CtrlSum). All of these but the message's number of transactions are optional. Balances of a statement do not follow.
"""

from __future__ import annotations

from harness.contract.content import SaidColumn, SaidLayout
from harness.contract.layout import RECORDS, Cell, Kind, Marked, Stated, Summand, UnitLayout


def _kinds(group: str) -> tuple[Kind, ...]:
    return (
        Kind(name="header", role="header"),
        Kind(name=f"{group} opens", role="header", opens=group),
        Kind(name=RECORDS, role="record"),
        Kind(name=f"{group} closes", role="trailer", closes=group),
        Kind(name="trailer", role="trailer"),
    )


_SUMMARY = ("Document", "BkToCstmrStmt", "Stmt", "TxsSummry")
_DIRECTION = "CdtDbtInd"


def _entries(name: str, element: str, direction: str | None = None) -> tuple[Stated, ...]:
    """The number and the sum of entries."""
    only = Marked(cell=Cell(path=(_DIRECTION,)), values=(direction,)) if direction is not None else None
    number, total = (Cell(path=(*_SUMMARY, element, one)) for one in ("NbOfNtries", "Sum"))
    amounts = (Summand(cell=Cell(path=("Amt",))),)
    return (
        Stated(name=f"number of {name}", kind="Stmt opens", cell=number, counts=(RECORDS,), only=only, within="Stmt"),
        Stated(name=f"sum of {name}", kind="Stmt opens", cell=total, sums=amounts, only=only, within="Stmt"),
    )


def _signed(*path: str, mark: tuple[str, ...]) -> Cell:
    """An amount whose sign is its direction."""
    return Cell(path=path, negative=Marked(cell=Cell(path=mark), values=("DBIT",), otherwise="CRDT"))


_NET = (*_SUMMARY, "TtlNtries", "TtlNetNtry")

CAMT053 = SaidLayout(
    units=UnitLayout(
        structure="xml",
        records=("Ntry",),
        groups=("Stmt",),
        kinds=_kinds("Stmt"),
        stated=(
            *_entries("entries", "TtlNtries"),
            *_entries("credits", "TtlCdtNtries", "CRDT"),
            *_entries("debits", "TtlDbtNtries", "DBIT"),
            Stated(
                name="net of entries",
                kind="Stmt opens",
                cell=_signed(*_NET, "Amt", mark=(*_NET, _DIRECTION)),
                sums=(Summand(cell=_signed("Amt", mark=(_DIRECTION,))),),
                within="Stmt",
            ),
        ),
    ),
    columns=(
        SaidColumn(name="reference", cell=Cell(path=("NtryRef",)), type="text"),
        SaidColumn(name="amount", cell=Cell(path=("Amt",)), type="decimal"),
        SaidColumn(name="direction", cell=Cell(path=(_DIRECTION,)), type="text"),
        SaidColumn(name="booked", cell=Cell(path=("BookgDt", "Dt")), type="date"),
    ),
)

_MESSAGE = ("Document", "CstmrCdtTrfInitn")
_AMOUNTS = (Summand(cell=Cell(path=("Amt", "InstdAmt"))), Summand(cell=Cell(path=("Amt", "EqvtAmt", "Amt"))))


def _transactions(name: str, kind: str, element: str, within: str | None) -> tuple[Stated, ...]:
    number, total = (Cell(path=(*_MESSAGE, element, one)) for one in ("NbOfTxs", "CtrlSum"))
    return (
        Stated(name=f"number of transactions of the {name}", kind=kind, cell=number, counts=(RECORDS,), within=within),
        Stated(name=f"control sum of the {name}", kind=kind, cell=total, sums=_AMOUNTS, within=within),
    )


PAIN001 = SaidLayout(
    units=UnitLayout(
        structure="xml",
        records=("CdtTrfTxInf",),
        groups=("PmtInf",),
        kinds=_kinds("PmtInf"),
        stated=(
            *_transactions("message", "header", "GrpHdr", None),
            *_transactions("payment information", "PmtInf opens", "PmtInf", "PmtInf"),
        ),
    ),
    columns=(
        SaidColumn(name="reference", cell=Cell(path=("PmtId", "EndToEndId")), type="text"),
        SaidColumn(name="amount", cell=Cell(path=("Amt", "InstdAmt")), type="decimal"),
        SaidColumn(name="creditor", cell=Cell(path=("Cdtr", "Nm")), type="text"),
        SaidColumn(name="account", cell=Cell(path=("CdtrAcct", "Id", "IBAN")), type="text"),
    ),
)
