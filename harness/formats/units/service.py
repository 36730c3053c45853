"""What a file of segments says of its own characters: EDIFACT's service string advice (UNA), X12's ISA.

ISO 9735: UNA, the component separator, the element separator, the decimal mark, the release character, a reserved
character (syntax 4: the repetition separator), the terminator; without it they are ``:+.? '``. X12.5: ISA is of a fixed
length, its fourth character is the element separator, its 16th element the component separator, and what is behind that
is the terminator.
"""

from __future__ import annotations

from dataclasses import replace
from typing import IO

from harness.contract.content import FileLayout
from harness.contract.layout import Cell, Stated, UnitLayout

UNA, ISA = "UNA", "ISA"
UNA_CHARACTERS = 9
HEAD_CHARACTERS = 512
"""So much is looked at: an ISA has 106 characters."""

_COMPONENT, _ELEMENT, _DECIMAL_MARK, _RELEASE, _TERMINATOR = 3, 4, 5, 6, 8
_ISA_ELEMENTS = 16


def as_found(file: IO[bytes], layout: FileLayout) -> FileLayout:
    """The layout with what the file says itself; the file is left where it was. Of no segments it stays as it is."""
    if layout.units is None or layout.units.structure != "segments":
        return layout
    place = file.tell()
    file.seek(0)
    head = file.read(HEAD_CHARACTERS).decode(layout.encoding or "utf-8", "replace").lstrip("\ufeff")
    file.seek(place)
    units = with_service(layout.units, head)
    if not (head.startswith(UNA) and head[_DECIMAL_MARK : _DECIMAL_MARK + 1] == ","):
        return replace(layout, units=units)
    columns = (replace(one, cell=_with_comma(one.cell)) if one.cell else one for one in layout.columns)
    stated = tuple(map(_stated_with_comma, units.stated))
    return replace(layout, columns=tuple(columns), units=replace(units, stated=stated))


def with_service(units: UnitLayout, head: str) -> UnitLayout:
    """What such a file is made of, which begins with these characters."""
    head = head.lstrip("\ufeff")
    if head.startswith(UNA) and len(head) >= UNA_CHARACTERS:
        release = head[_RELEASE].strip() or None
        return _with_characters(units, head[_ELEMENT], head[_COMPONENT], release, head[_TERMINATOR])
    if head.startswith(ISA):
        element = head[3:4]
        *_, rest = elements = head.split(element, _ISA_ELEMENTS)
        if len(elements) > _ISA_ELEMENTS and len(rest) > 1:
            return _with_characters(units, element, rest[0], None, rest[1])
    return units


def _with_characters(units: UnitLayout, element: str, component: str, release: str | None, end: str) -> UnitLayout:
    """Also in the signs of kinds, where they are more than a field: ``CNT+2:``."""
    now = str.maketrans(dict(zip(units.separators, (element, component), strict=False)))
    kinds = tuple(
        replace(kind, starts=tuple(sign.translate(now) for sign in kind.starts)) if kind.field is None else kind
        for kind in units.kinds
    )
    return replace(units, separators=(element, component), release=release, ends=end, kinds=kinds)


def _with_comma(cell: Cell) -> Cell:
    return replace(cell, comma=True)


def _stated_with_comma(stated: Stated) -> Stated:
    sums = tuple(replace(one, cell=_with_comma(one.cell)) for one in stated.sums)
    return replace(stated, cell=_with_comma(stated.cell), sums=sums)
