"""Everything that had to arrive arrived."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import holdings
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import finished, owed
from harness.checks.model.wording import counted
from harness.history import History


@check("complete", violated=Outcome.CONTAINED)
def complete(night: History, baseline: History) -> Finding:
    """Every consumer holds all that the night owes it, or a declared fallback for it.

    A chain without consumers is complete when every job ended well that did in the baseline.

    Applies: to every night.
    Unknown: when the baseline delivered nothing, or, where there are no consumers, finished no job.
    Does not verify: that the rows are the right ones (``delivered_once``), or that a fallback is young enough to be of
    use; where there are consumers, that a job ended well which they do not depend on.
    """
    expected, got = holdings(baseline), holdings(night)
    if not expected and not finished(baseline):
        return Finding.unknown("the baseline finished no job, so nothing was owed")
    if expected and not any(of.rows for of in expected.values()):
        return Finding.unknown("the baseline delivered nothing, so nothing was owed")
    missing = owed(night, baseline)
    if missing.jobs:
        return Finding.violated("jobs did not finish", unfinished=missing.jobs)
    if missing.rows:
        empty = [consumer for consumer in missing.rows if consumer not in missing.partly]
        partly = [f"{consumer} lacks {counted(missing.rows[consumer], 'row')}" for consumer in missing.partly]
        nothing = not any(held.rows for held in got.values())
        said = "nothing of the night is there" if nothing else "a part of the night is missing"
        return Finding.violated(said, empty=empty, missing=partly)
    if not expected:
        return Finding.holds("every job finished")
    return Finding.holds(f"{', '.join(got)} {'has' if len(got) == 1 else 'have'} all of the night")
