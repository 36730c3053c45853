"""Numbers as texts have them, and other numbers in the same form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from typing import NamedTuple

from harness.contract.layout import Cell
from harness.formats.cells.room import NoRoom

EXACT = Context(prec=2000)
"""Sums of what files have are not rounded."""

_NUMERAL = re.compile(r"(?P<sign>[+-]?)(?P<digits>[0-9]*)(?:(?P<point>[.,])(?P<fraction>[0-9]*))?(?P<behind>[+-]?)")
_GROUPED = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?P<groups>(?P<group>[.,' \xa0\u202f\u2019])[0-9]{3}(?:(?P=group)[0-9]{3})*)(?![0-9])"
)
_EXPONENT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,3}")

Punches = Mapping[str, tuple[str, str]]
"""Of a last digit that carries the sign, its sign and digit."""

ASCII_PUNCHES: Punches = {
    letter: (sign, str(digit))
    for sign, letters in (("", "{ABCDEFGHI"), ("-", "}JKLMNOPQR"))
    for digit, letter in enumerate(letters)
}


class Numeral(NamedTuple):
    """A number and the form that it has: what of it stands where. ``group``: what stands between thousands."""

    value: Decimal
    text: str
    sign: str
    digits: str
    fraction: str | None
    behind: str
    punches: Punches | None
    group: str = ""

    def with_value(
        self, value: Decimal, cell: Cell, *, zeros: bool = False, placed: bool = False, plus: bool = False
    ) -> str:
        """Another number in this form: as many decimals or more if it must, zeros before it if it had some.

        ``zeros``: it is filled up to the old width in any case. ``placed``: a sign behind leaves its place blank.
        ``plus``: what is not negative has a plus where this one has a minus.
        """
        wanted = EXACT.abs(value)
        implied = self.fraction is None and cell.decimals
        if implied:
            wanted = EXACT.scaleb(wanted, cell.decimals)
        places = len(self.fraction or "")
        digits = f"{wanted:.{places}f}"
        if Decimal(digits) != wanted:
            if implied:
                raise NoRoom(f"found {value}, expected at most {cell.decimals} decimals")
            digits = f"{EXACT.normalize(wanted):f}"
        whole, _, fraction = digits.partition(".")
        point = _point(cell)
        behind_point = point + fraction if fraction else (point if self.fraction == "" else "")
        if self.punches is not None:
            letters = {said: letter for letter, said in self.punches.items()}
            sign = "-" if value < 0 else ""
            whole = whole[:-1] + letters[sign, whole[-1]]
            return whole.zfill(len(self.text))
        before, behind = self._signs(value < 0, placed=placed, plus=plus)
        if self.group:
            return before + _grouped(whole, self.group) + behind_point + behind
        width = len(self.text) - len(before) - len(behind_point) - len(behind)
        if zeros or (len(self.digits) > 1 and self.digits.startswith("0")):
            whole = whole.zfill(width)
        if not self.digits and whole == "0" and fraction:
            whole = ""
        return before + whole + behind_point + behind

    def _signs(self, negative: bool, *, placed: bool, plus: bool) -> tuple[str, str]:
        if self.behind:
            return "", "-" if negative else "+" if plus or self.behind == "+" else " " if placed else ""
        return "-" if negative else "+" if self.sign == "+" or (plus and self.sign) else "", ""


def _grouped(digits: str, group: str) -> str:
    first = len(digits) % 3
    return group.join(
        [*([digits[:first]] if first else []), *(digits[at : at + 3] for at in range(first, len(digits), 3))]
    )


def _point(cell: Cell) -> str:
    return "," if cell.comma else "."


def number(text: str, cell: Cell, punches: Punches | None = None) -> Decimal | None:
    """The number alone; nearly all of them are nothing but digits, and a point."""
    if text.isascii() and not cell.comma:
        whole, point, fraction = text.partition(".")
        if whole.isdigit() and (fraction.isdigit() if point else not cell.decimals):
            return Decimal(text)
    numeral = read(text, cell, punches)
    return None if numeral is None else numeral.value


def read(text: str, cell: Cell, punches: Punches | None = None) -> Numeral | None:
    """The number that a text is; None when it is none. Blanks around it are no part of it.

    A point that is written goes before ``decimals``. Thousands may be in groups of three, between which stands what is
    no decimal point here: ``1.234`` is 1234 with a decimal comma. ``1,234`` alone is none: it may be either.
    """
    stripped = text.strip(" ")
    if punches is not None and stripped[-1:] in punches and not stripped[-1:].isdigit():
        sign, digit = punches[stripped[-1]]
        digits = stripped[:-1] + digit
        if not (digits.isascii() and digits.isdigit()):
            return None
        return Numeral(_shifted(sign + digits, cell), stripped, "", digits, None, "", punches)
    grouped = _GROUPED.match(stripped)
    if grouped is not None and grouped["group"] != _point(cell):
        return _without_groups(stripped, grouped, cell)
    match = _NUMERAL.fullmatch(stripped)
    if match is None:
        return _with_exponent(stripped, cell)
    sign, digits, fraction, behind = match.group("sign", "digits", "fraction", "behind")
    point = match.group("point")
    if not (digits or fraction) or (sign and behind) or (point and (point == ",") != cell.comma):
        return None
    minus = "-" if "-" in (sign, behind) else ""
    if fraction is not None:
        value = Decimal(f"{minus}{digits or '0'}.{fraction or '0'}")
        return Numeral(value, stripped, sign, digits, fraction, behind, None)
    return Numeral(_shifted(minus + digits, cell), stripped, sign, digits, fraction, behind, None)


def _without_groups(text: str, grouped: re.Match[str], cell: Cell) -> Numeral | None:
    group = grouped["group"]
    plain = read(grouped[0].replace(group, "") + text[grouped.end() :], cell)
    if plain is None or (plain.fraction is None and cell.decimals):
        return None
    if plain.fraction is None and group == "," == grouped["groups"][::4]:
        # Nobody has said what a comma is here.
        return None
    return plain._replace(text=text, group=group)


def _shifted(digits: str, cell: Cell) -> Decimal:
    value = Decimal(digits)
    return EXACT.scaleb(value, -cell.decimals) if cell.decimals else value


def _with_exponent(text: str, cell: Cell) -> Numeral | None:
    if cell.comma or cell.decimals or not _EXPONENT.fullmatch(text):
        return None
    return Numeral(Decimal(text), text, "", "1", None, "", None)
