"""Everything that had to arrive arrived."""

from __future__ import annotations

from harness.checks.check import Finding, check
from harness.checks.holdings import holdings
from harness.checks.wording import counted
from harness.history import History


@check("complete")
def complete(night: History, baseline: History) -> Finding:
    """Every consumer holds all that the night owes it, or a declared fallback for it.

    A chain without consumers is complete when every job ended as in the baseline.
    """
    expected, got = holdings(baseline), holdings(night)
    if not expected:
        return _all_jobs_finished(night, baseline)
    if not any(of.rows for of in expected.values()):
        return Finding.unknown("the baseline delivered nothing, so nothing was owed")
    empty = [consumer for consumer, of in expected.items() if of.rows and not got[consumer].rows]
    if empty:
        return Finding.violated("nothing of the night is there", empty=empty)
    short = {
        consumer: (expected[consumer].own - held.own).total()
        for consumer, held in got.items()
        if not held.fallback and held.own.total() < expected[consumer].own.total()
    }
    if short:
        pieces = [f"{consumer} lacks {counted(rows, 'row')}" for consumer, rows in short.items()]
        return Finding.violated("a part of the night is missing", missing=pieces)
    return Finding.holds(f"{', '.join(got)} {'has' if len(got) == 1 else 'have'} all of the night")


def _all_jobs_finished(night: History, baseline: History) -> Finding:
    wanted = {event.value["job"] for event in baseline.of("job", type="ok")}
    if not wanted:
        return Finding.unknown("the baseline finished no job, so nothing was owed")
    missing = wanted - {event.value["job"] for event in night.of("job", type="ok")}
    return (
        Finding.violated("jobs did not finish", unfinished=missing) if missing else Finding.holds("every job finished")
    )
