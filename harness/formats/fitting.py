"""Whether a file is made as its layout says: which kinds of units it has, and which figures do not agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.contract.content import FileLayout
from harness.contract.layout import UnitLayout
from harness.formats.as_said import not_so
from harness.formats.cells import Cells
from harness.formats.compression import decompressed
from harness.formats.figures import Told, told
from harness.formats.units import NotAsLaidOut, Unit, units


@dataclass(frozen=True)
class Fit:
    """What a file has of what its layout says.

    ``kinds``: how many units there are of each kind, by its name; of parts of records, whether there are any.
    ``wrong``: by its place among those that are stated, each figure that does not agree, as it is stated first, and how
    often one is stated that does not.
    """

    records: int
    kinds: Mapping[str, int]
    wrong: Mapping[int, tuple[Told, int]]


def fit_of(path: Path, layout: FileLayout) -> Fit:
    """By all units of the file, read once; Mismatch when it is not made of them, ValueError when it is damaged."""
    stated = (layout.units or UnitLayout()).stated
    places = {id(one): place for place, one in enumerate(stated)}
    kinds: Counter[str] = Counter()
    wrong: dict[int, tuple[Told, int]] = {}
    try:
        with decompressed(path, layout.compress, layout.member) as file:
            for one in told(_counted(units(file, layout), layout, kinds), layout):
                if not one.agrees:
                    first, times = wrong.get(places[id(one.stated)], (one, 0))
                    wrong[places[id(one.stated)]] = first, times + 1
    except NotAsLaidOut as error:
        raise not_so(error) from error
    return Fit(kinds[_RECORDS], kinds, wrong)


_RECORDS = ""
"""No kind has this name."""


def _counted(found: Iterator[Unit], layout: FileLayout, kinds: Counter[str]) -> Iterator[Unit]:
    cells = Cells(layout)
    parts = {kind.name for kind in (layout.units or UnitLayout()).kinds if kind.role == "part"}
    for unit in found:
        kinds[unit.kind.name] += 1
        kinds[_RECORDS] += unit.is_record
        if parts and unit.lines > 1:
            there = {piece.kind.name for piece in cells.parts(unit)}
            kinds.update(parts & there)
            parts -= there
        yield unit
