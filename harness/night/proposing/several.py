"""Rows that are made of several records of one key, as sums are; or that are one of them, as the latest version is."""

from __future__ import annotations

import decimal
from collections.abc import Sequence

from harness.chain.columns import Reshaped
from harness.night.proposing.forms import NEARLY, Pair, Row, names_of
from harness.night.proposing.pairing import Pairing
from harness.night.same_value import number_of, plain_value

SOME = 0.05
"""The part of the rows from which on they are the chain's own making: others are a defect of a few."""

_ROUNDING = decimal.Decimal("0.005")
"""So much may a sum of floating-point numbers, or of rounded ones, be off: this is evidence, no comparison."""


def several_records(found: Pairing, rows: int) -> str | None:
    """How many rows are made of several records, and how; None where each is one of them: then it is in the pairs."""
    if _are_one_of_each(found):
        return None
    made = [(records, held[0]) for records, held in found.shared if len(held) == 1]
    if not made or len(made) < SOME * rows:
        return None
    records = sum(len(group) for group, _ in made)
    told = f"{len(made):,} of {rows:,} rows are made of several records of one {', '.join(found.key)} each"
    sums = _sums(made, found.key)
    return f"{told}, {records:,} in all" + (f"; {sums}" if sums else "")


def _are_one_of_each(found: Pairing) -> bool:
    """Each row has the values of one of the records of its key: the others are not held."""
    pairs: list[Pair] = []
    left: list[Row] = []
    for records, rows in found.shared:
        rest = [*records]
        for row in rows:
            same = next((one for one in rest if _same_columns(one, row, found.key)), None)
            if same is None:
                return False
            pairs.append((same, row))
            rest = [one for one in rest if one is not same]
        left += rest
    found.pairs += pairs
    found.lost += left
    found.shared = []
    return True


def _same_columns(record: Row, row: Row, key: dict[str, Reshaped | None]) -> bool:
    common = [name for name in row if name in record and name not in key]
    return bool(common) and all(plain_value(row[name]) == plain_value(record[name]) for name in common)


def _sums(made: Sequence[tuple[Sequence[Row], Row]], key: dict[str, Reshaped | None]) -> str:
    told = []
    for column in (name for name in names_of(row for _, row in made) if name not in key):
        for source in names_of(record for records, _ in made for record in records):
            right = 0
            for records, row in made:
                numbers = [number for one in records if (number := number_of(one.get(source))) is not None]
                held = number_of(row.get(column))
                right += bool(numbers) and held is not None and abs(held - sum(numbers)) < _ROUNDING
            if right >= NEARLY * len(made):
                told.append(f"{column} is the sum of {source}")
    return ", ".join(told)
