"""COBOL's packed decimal (COMP-3): two digits a byte, the sign in the last half byte."""

from __future__ import annotations

from decimal import Decimal

from harness.contract.layout import Cell
from harness.formats.cells.room import NoRoom

_NEGATIVE, _POSITIVE = "BD", "ACEF"


def number(data: bytes, cell: Cell) -> Decimal | None:
    """What the bytes say; None when they are no packed number."""
    half = _of(data, cell).hex().upper()
    if not half or not half[:-1].isdigit() or half[-1] not in _NEGATIVE + _POSITIVE:
        return None
    return Decimal(("-" if half[-1] in _NEGATIVE else "") + (half[:-1] or "0")).scaleb(-cell.decimals)


def with_number(data: bytes, cell: Cell, value: Decimal) -> bytes:
    """The same bytes with another number there; a sign that need not change keeps its half byte."""
    old = _of(data, cell)
    if number(data, cell) is None:
        raise NoRoom(f"found {old.hex()}, expected a packed number")
    shifted = abs(value).scaleb(cell.decimals)
    if shifted != shifted.to_integral_value():
        raise NoRoom(f"found {value}, expected at most {cell.decimals} decimals")
    digits = f"{shifted:.0f}".zfill(2 * len(old) - 1)
    if len(digits) > 2 * len(old) - 1:
        raise NoRoom(f"found {value}, expected at most {2 * len(old) - 1} digits")
    sign = old.hex().upper()[-1]
    if (sign in _NEGATIVE) != (value < 0):
        sign = "D" if value < 0 else "C"
    start = cell.start or 0
    return data[:start] + bytes.fromhex(digits + sign) + data[start + len(old) :]


def _of(data: bytes, cell: Cell) -> bytes:
    start = cell.start or 0
    found = data[start : None if cell.width is None else start + cell.width]
    return found if cell.width is None or len(found) == cell.width else b""
