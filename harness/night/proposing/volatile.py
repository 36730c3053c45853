"""What differs from run to run: in two calm nights, or because it is the time at which something was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from harness.contract.plan import Plan
from harness.night.proposing.forms import Row
from harness.night.proposing.pairing import Pairing, Texts, paired
from harness.night.same_value import number_of, plain_value

_SHORTEST = len("2026-11-23T01:30")
"""Of a moment: a date alone says nothing of when it was written."""


class TwoNights:
    """The same records as two calm nights hold them."""

    def __init__(self, first: Pairing, records: Sequence[Row], rows: Sequence[Row], plan: Plan) -> None:
        second = {id(record): row for record, row in paired(Texts(records), Texts(rows), first.key).pairs}
        self._pairs = [(row, second.get(id(record))) for record, row in first.pairs]
        self._plan = plan

    def volatile_because(self, column: str) -> str | None:
        """Both hold it differently, or it is a moment of the night, as the time of loading is."""
        for row, other in self._pairs:
            if other is not None and plain_value(row.get(column)) != plain_value(other.get(column)):
                values = f"{plain_value(row.get(column))!r} and {plain_value(other.get(column))!r}"
                return f"two calm nights hold other values, such as {values}"
        filled = [row.get(column) for row, _ in self._pairs if row.get(column) not in (None, "")]
        if filled and all(self._is_in_the_night(value) for value in filled):
            return f"moments of the night itself, such as {filled[0]}: a fault moves them"
        return None

    def _is_in_the_night(self, value: Any) -> bool:
        number = number_of(value)
        if number is not None:
            units = (10**9, 10**6, 10**3, 1)
            return any(self._plan.begins_ns <= number * unit <= self._plan.closes_ns for unit in units)
        if len(str(value)) < _SHORTEST:
            return False
        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError:
            return False
        at_ns = moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp() * 10**9
        return self._plan.begins_ns <= at_ns <= self._plan.closes_ns
