"""What a night has not delivered of all that the same night without faults did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.checks.model.holdings import Holdings, holdings
from harness.checks.model.results import missing_results
from harness.history import History


@dataclass(frozen=True)
class Owed:
    """What is missing at the end of a night; false where nothing is."""

    rows: Mapping[str, int]
    """How many rows each consumer lacks, of those that lack any. A declared fallback stands for all of them."""
    partly: tuple[str, ...]
    """Those of them that hold a part of the night's rows."""
    jobs: tuple[str, ...]
    """The jobs that did not finish, of a chain that has no consumers."""
    results: tuple[str, ...] = ()
    """The files that are missing: in the chain's folders, or at the source."""

    def __bool__(self) -> bool:
        return bool(self.rows or self.jobs or self.results)


def owed(night: History, baseline: History) -> Owed:
    """What the night owes when it is over."""
    expected, got = holdings(baseline), holdings(night)
    lacking = {consumer: _lacking(expected[consumer], held) for consumer, held in got.items()}
    rows = {consumer: count for consumer, count in lacking.items() if count}
    partly = tuple(consumer for consumer in rows if got[consumer].rows)
    return Owed(
        rows,
        partly,
        () if expected else tuple(sorted(finished(baseline) - finished(night))),
        missing_results(night, baseline),
    )


def finished(history: History) -> set[str]:
    """The jobs that ended well."""
    return {event.value["job"] for event in history.of("job", type="ok")}


def _lacking(wanted: Holdings, held: Holdings) -> int:
    if not held.rows:
        return wanted.rows
    if held.fallback or held.own.total() >= wanted.own.total():
        return 0
    return wanted.own.total() - wanted.own.common(held.own)
