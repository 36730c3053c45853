"""Everything that had to arrive arrived."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.ends import finished
from harness.checks.model.holdings import holdings
from harness.checks.model.looking import looked_in_vain
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.checks.model.wording import counted
from harness.history import History


@check("complete", violated=Outcome.CONTAINED)
def complete(night: History, baseline: History) -> Finding:
    """Every consumer holds all that the night owes it, or a declared fallback for it, and every job has ended well.

    Of jobs, those that ended well in the baseline, each by its last end; not those that the chain calls optional, with
    the rows that they alone bring, nor those that a declared fallback stands for. What came only because a fault was
    taken out at the deadline is missing: no real night would have brought it.

    Applies: to every night.
    Unknown: when the baseline delivered nothing, or, where there are no consumers, finished no job.
    Does not verify: that the rows are the right ones (``delivered_once``), that a fallback is young enough to be of
    use, or what a job did that ended well.
    """
    expected, got = holdings(baseline), holdings(night)
    if not expected and not finished(baseline):
        return Finding.unknown("the baseline finished no job, so nothing was owed")
    if expected and not any(of.rows for of in expected.values()):
        return Finding.unknown("the baseline delivered nothing, so nothing was owed")
    missing = owed(night, baseline)
    if missing.rows or missing.jobs or missing.freed:
        empty = [consumer for consumer in missing.rows if consumer not in missing.partly]
        partly = [consumer for consumer in missing.rows if consumer in missing.partly]
        only_then = [*missing.freed.jobs, *(f"{name}: {rows:,}" for name, rows in missing.freed.rows.items())]
        stale = [
            f"{consumer} holds {counted(rows.total(), 'row')} of {day} that are not declared as a fallback"
            for consumer, held in got.items()
            for day, rows in sorted(held.stale.items())
        ]
        return Finding.violated(
            "; ".join([missing.sentence, *stale[:3]]),
            unfinished=[f"{job} {stands}" for job, stands in missing.jobs.items()],
            empty=empty,
            missing=[f"{consumer} lacks {counted(missing.rows[consumer], 'row')}" for consumer in partly],
            freed=only_then,
            stale=stale,
            looked_in_vain=looked_in_vain(night) if missing.rows else (),
        )
    have = [name for name, held in got.items() if held.rows]
    if not have:
        return Finding.holds("every job finished")
    return Finding.holds(
        f"every job finished, and {', '.join(have)} {'has' if len(have) == 1 else 'have'} all of the night"
    )
