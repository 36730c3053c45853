"""BAI2: a bank's balances and transactions for its customers, by accounts in groups, lines of fields.

Source: BAI, Cash Management Balance Reporting Specifications, version 2. An account's control total (49) is the sum of
all amounts of its 03, 16 and 88 records, whatever their type codes; its record count includes 03, 49 and all
continuations (88). A group (98) and the file (99) add up those below them; their record counts include all lines in
them, their own first and last too. A slash may close a record's last field.

Amounts of 03 are taken from every fourth field, as they lie where no funds type has fields of its own (S, V, D).
Amounts in an 88 behind a 03 are not added up, since an 88 behind a 16 is text: a total that has any of them still
follows what becomes of the transactions.
"""

from __future__ import annotations

from harness.contract.content import SaidColumn, SaidLayout
from harness.contract.layout import LINES, RECORDS, Cell, Kind, Stated, Summand, UnitLayout

_SUMMARIES = 12
"""So many amounts of a 03 are looked at."""


def _field(number: int) -> Cell:
    """What is before the slash, where there is one."""
    return Cell(field=number, component=1)


_AMOUNTS = (
    Summand(cell=_field(3)),
    *(Summand(cell=_field(5 + 4 * number), kind="account opens") for number in range(_SUMMARIES)),
)


def _kind(name: str, code: str, *, opens: str | None = None, closes: str | None = None) -> Kind:
    return Kind(name=name, role="trailer" if closes else "header", starts=(code,), field=1, opens=opens, closes=closes)


BAI2 = SaidLayout(
    units=UnitLayout(
        separators=(",", "/"),
        kinds=(
            _kind("header", "01"),
            _kind("group opens", "02", opens="group"),
            _kind("account opens", "03", opens="account"),
            Kind(name=RECORDS, role="record", starts=("16",), field=1),
            Kind(name="parts", role="part", starts=("88",), field=1),
            _kind("account closes", "49", closes="account"),
            _kind("group closes", "98", closes="group"),
            Kind(name="trailer", role="trailer", starts=("99",), field=1),
        ),
        stated=(
            Stated(name="account total", kind="account closes", cell=_field(2), sums=_AMOUNTS, within="account"),
            Stated(name="account records", kind="account closes", cell=_field(3), counts=(LINES,), within="account"),
            Stated(name="group total", kind="group closes", cell=_field(2), sums=_AMOUNTS, within="group"),
            Stated(
                name="group accounts", kind="group closes", cell=_field(3), counts=("account opens",), within="group"
            ),
            Stated(name="group records", kind="group closes", cell=_field(4), counts=(LINES,), within="group"),
            Stated(name="file total", kind="trailer", cell=_field(2), sums=_AMOUNTS),
            Stated(name="file groups", kind="trailer", cell=_field(3), counts=("group opens",)),
            Stated(name="file records", kind="trailer", cell=_field(4), counts=(LINES,)),
        ),
    ),
    columns=(
        SaidColumn(name="type", cell=_field(2), type="text"),
        SaidColumn(name="amount", cell=_field(3), type="integer"),
    ),
)
