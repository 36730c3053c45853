"""After the night, everything is as if nothing had happened."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.declaring import declaration, what_differs
from harness.checks.model.holdings import fallback_days, holdings
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.checks.model.results import difference, is_result, kept, uploads
from harness.checks.model.wanted import wanted
from harness.checks.model.why_other import why_other
from harness.history import History


def _delivered_as_its_own(night: History, baseline: History) -> bool:
    missing = owed(night, baseline)
    return not (missing.rows or missing.jobs or missing.freed) and not fallback_days(night)


@check("equals_baseline", violated=Outcome.DAMAGED, applies=_delivered_as_its_own)
def equals_baseline(night: History, baseline: History) -> Finding:
    """Consumers, watched folders and what was uploaded end as in the same night without faults.

    All files count that the baseline leaves, by content, but for what the chain declares (``results:``), moments and
    ids of the run where a report has a few of them, and names that differ in digits alone. What is missing is owed
    (``results_complete``), what only this night leaves is for ``nothing_left_behind``; but an upload that is there
    twice differs.

    Applies: to nights that owe no rows and no jobs when they are over, and need no declared fallback: any other ends
    differently.
    Unknown: when the baseline left no row and no file behind.
    Does not verify: what the chain keeps elsewhere (a database, its own folder); what was there for a while and is
    gone; locks, temporary files and what was set aside, whatever is in them.
    """
    owed_rows, got = wanted(night, baseline), holdings(night)
    left = any(of.rows for of in holdings(baseline).values())
    if not left and not any(map(is_result, [*kept(baseline), *uploads(baseline)])):
        return Finding.unknown("the baseline left nothing behind to compare with")
    rows = [f"{consumer} holds other rows" for consumer, of in owed_rows.items() if of != got.get(consumer)]
    files = difference(night, baseline)
    reasons = why_other(night, baseline)
    changed = sorted(files.changed, key=lambda one: one.path not in reasons)
    other = [f"{one.path} {reasons.get(one.path, f'has other content{what_differs(one)}')}" for one in changed]
    twice = [f"{path} is there besides, with the content of another upload" for path in files.doubled]
    if not (rows or other or twice):
        return Finding.holds("the final state equals the baseline")
    said = "the final state differs from the baseline"
    if other and not rows and not twice:
        first, more = changed[0], len(changed) - 1
        if first.path in reasons:
            said = other[0] + (f", and {more} more with other content" if more else "")
        else:
            others = f" and {more} more" if more else ""
            said = (
                f"{first.path}{others} ends with other content than in the baseline{what_differs(first)}; "
                f"if that is as it should be, declare it in the chain: {declaration(first)}"
            )
    return Finding.violated(said, different=[*rows, *other, *twice])
