"""Every record reaches its consumer exactly once."""

from __future__ import annotations

from harness.checks.model.baseline_alone import but_for
from harness.checks.model.baseline_validity import doubtful_because, is_compared, untrue_because
from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, holdings
from harness.checks.model.outcome import Outcome
from harness.checks.model.row_counts import wrong_rows
from harness.history import History


@check("delivered_once", violated=Outcome.DAMAGED, applies=lambda night, _: bool(begin_event(night).value["consumers"]))
def delivered_once(night: History, baseline: History) -> Finding:
    """What a consumer holds was published, and is held once.

    Compared with the same night without faults, row by row, once that night's own rows are what the source published,
    by key and by the value of every column, as far as the chain declares nothing else of them. Rows of a declared
    fallback are compared with what the earlier night delivered; rows under another date that declare none are stale,
    and so are an earlier night's rows under tonight's date: they are not called lost and invented.

    Applies: to chains with consumers.
    Unknown: when the baseline delivered nothing, or its rows may be the wrong ones: they are not as many as the source
    published, they cannot be compared with it before the chain declares more, a declared key is there twice, or they
    are of another date.
    Does not verify: that a consumer which holds nothing should hold something (``complete``); that what the source
    published is right; columns and rows that the chain declares to be its own making (``derived``); in which order rows
    came.
    """
    if not any(of.rows for of in holdings(baseline).values()):
        return Finding.unknown("the baseline delivered nothing, so nothing was checked")
    if untrue := untrue_because(baseline):
        return Finding.violated(untrue)
    if wrong := doubtful_because(baseline):
        return Finding.unknown(wrong)
    got = holdings(night)
    found = wrong_rows(night, baseline, *got)
    if found.by_kind:
        return Finding.violated(f"rows are wrong at the consumer: {found}", **found.by_kind)
    rows = f"{sum(of.rows for of in got.values()):,} rows"
    if alone := [name for name in got if not is_compared(baseline, name)]:
        return Finding.holds(
            f"{rows}, each as in the baseline, each once; those of {', '.join(alone)} were not compared with what was "
            "published"
        )
    alone_in = f", {said}" if (said := but_for(baseline)) else ""
    return Finding.holds(f"{rows}, each as published, each once{alone_in}")
