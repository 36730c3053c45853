"""Which of the records are held: whose values decide it, or else how many they are."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from fractions import Fraction

from harness.chain.records import SomeRecords
from harness.night.proposing.forms import Row, names_of
from harness.night.same_value import plain_value

MOST_VALUES = 20
"""A filter names its values; a column with more of them is a number or a name, and no state."""


def chosen_by(held: Sequence[Row], left: Sequence[Row]) -> SomeRecords:
    """What holds of the records that are held, and of no other; the fewest values that say it."""
    columns = names_of([*held, *left])
    here, there = _States(held, columns), _States(left, columns)
    apart = [column for column in columns if not here.values[column] & there.values[column]]
    ways = [(len(here.values[column]), 0, column) for column in apart if here.are_states(column)]
    ways += [(len(there.values[column]), 1, column) for column in apart if there.are_states(column)]
    if ways:
        _, excepted, column = min(ways)
        if excepted:
            return SomeRecords.model_validate({"except": {column: there.listed(column)}})
        return SomeRecords(where={column: here.listed(column)})
    together = [column for column in columns if here.are_states(column)]
    if _leave_out(left, here, together):
        for column in list(together):
            if _leave_out(left, here, fewer := [one for one in together if one != column]):
                together = fewer
        return SomeRecords(where={column: here.listed(column) for column in together})
    return SomeRecords(at_least=_share(len(held), len(held) + len(left)))


class _States:
    """The values that some records have in each column."""

    def __init__(self, rows: Sequence[Row], columns: Collection[str]) -> None:
        self.rows = len(rows)
        self.values = {column: {plain_value(row.get(column)) for row in rows} for column in columns}

    def listed(self, column: str) -> tuple[str, ...]:
        """Those of a column, in order."""
        return tuple(sorted(self.values[column]))

    def are_states(self, column: str) -> bool:
        """Whether they are few enough to be named, and come again: each record has a key of its own, too."""
        return len(self.values[column]) <= min(MOST_VALUES, self.rows / 2)


def _leave_out(rows: Sequence[Row], held: _States, columns: Collection[str]) -> bool:
    """Whether each has a value in one of these columns that no record has that is held."""
    return all(any(plain_value(row.get(one)) not in held.values[one] for one in columns) for row in rows)


def _share(held: int, records: int) -> str:
    """In whole steps of five percent below what is seen: another night has another share."""
    steps = math.ceil(Fraction(held, records) * 20) - 1
    return f"{steps * 5}%" if steps > 0 else f"{float(Fraction(held, records) * 90):.2g}%"
