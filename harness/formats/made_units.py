"""The units of a file of lines as the harness writes it: header lines first, then records, trailer lines last."""

from __future__ import annotations

from harness.contract.layout import RECORDS, Cell, Kind, Stated, Summand, UnitLayout

HEADER, TRAILER = "header", "trailer"
"""Names of kinds, as the layout of a chain says them; the records' is `RECORDS`."""


def lines(header: int, trailer: int, *, separators: tuple[str, ...] = (), quote: str | None = None) -> UnitLayout:
    """So many lines of each around the records."""
    kinds = [Kind(name=HEADER, role="header", first=header)] if header else []
    kinds += [Kind(name=TRAILER, role="trailer", last=trailer)] if trailer else []
    kinds.append(Kind(name=RECORDS, role="record"))
    return UnitLayout(separators=separators, quote=quote, kinds=tuple(kinds))


def stated(records: Cell, total: Cell, control: Cell | None) -> tuple[Stated, ...]:
    """What our trailers state: how many records there are, and what the control column comes to where there is one."""
    count = Stated(name="record count", kind=TRAILER, cell=records, counts=(RECORDS,))
    if control is None:
        return (count,)
    return count, Stated(name="control total", kind=TRAILER, cell=total, sums=(Summand(cell=control),))
