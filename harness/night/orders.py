"""A scenario in several orders: whichever job starts first of those due in one instant, the verdict is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.night.result import Result


@dataclass(frozen=True)
class Orders:
    """How many orders were lived, the first night of them, and the first night that was judged otherwise, if any."""

    count: int
    first: Result
    other: Result | None = None

    @property
    def nights(self) -> tuple[Result, ...]:
        """Those that something is told of: the first, and the one that was judged otherwise."""
        return (self.first,) if self.other is None else (self.first, self.other)

    @property
    def as_expected(self) -> bool:
        """Whether every night was what the scenario expects, for the same reasons."""
        return self.other is None and not self.first.mismatches

    @property
    def sentence(self) -> str:
        """What came of it, in a line."""
        lived = f"{self.count} order{'' if self.count == 1 else 's'}"
        if self.other is None:
            return f"{lived}, the same verdict"
        one, two = self.first, self.other
        return f"{lived}, not the same verdict: {one.outcome} in order {one.order}, {two.outcome} in order {two.order}"


def in_orders(night: Callable[[int], Result], *, begin: int = 0, count: int = 1) -> Orders:
    """Live a night in so many orders, from one on; the first that is judged otherwise is the last.

    Histories of nights that are judged alike are let go of, for each holds all its rows.
    """
    first = night(begin)
    for order in range(begin + 1, begin + count):
        result = night(order)
        if verdict(result) != verdict(first):
            return Orders(order - begin + 1, first, result)
    return Orders(count, first)


def verdict(result: Result) -> tuple[object, ...]:
    """What must not depend on an order: the outcome, what each check found, and whether it is what was expected."""
    found = {finding.check: finding.state for finding in result.judgement.findings}
    return result.outcome, found, not result.mismatches
