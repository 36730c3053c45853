"""Every record reaches its consumer exactly once."""

from __future__ import annotations

from harness.checks.model.baseline_validity import doubtful_because
from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, holdings
from harness.checks.model.outcome import Outcome
from harness.checks.model.row_counts import wrong_rows
from harness.history import History


@check("delivered_once", violated=Outcome.DAMAGED, applies=lambda night, _: bool(begin_event(night).value["consumers"]))
def delivered_once(night: History, baseline: History) -> Finding:
    """What a consumer holds was published, and is held once.

    Compared with the same night without faults, row by row, once that night's own rows are as many as the source's
    records. Rows of a declared fallback are compared with what the earlier night delivered; rows under another date
    that declare none are stale.

    Applies: to chains with consumers.
    Unknown: when the baseline delivered nothing, or its rows may be the wrong ones: they are not as many as the source
    published, a declared key is there twice, or they are of another date.
    Does not verify: that a consumer which holds nothing should hold something (``complete``); that what the source
    published is right, or what the chain makes of it on every night; in which order rows came.
    """
    if not any(of.rows for of in holdings(baseline).values()):
        return Finding.unknown("the baseline delivered nothing, so nothing was checked")
    if wrong := doubtful_because(baseline):
        return Finding.unknown(wrong)
    got = holdings(night)
    found = wrong_rows(night, baseline, *got)
    if found.by_kind:
        return Finding.violated(f"rows are wrong at the consumer: {found}", **found.by_kind)
    return Finding.holds(f"{sum(of.rows for of in got.values()):,} rows, each as published, each once")
