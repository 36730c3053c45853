"""No consumer is left with a part of the night."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, holdings
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.checks.model.wording import counted
from harness.history import History


@check("all_or_nothing", violated=Outcome.DAMAGED, applies=lambda night, _: bool(begin_event(night).value["consumers"]))
def all_or_nothing(night: History, baseline: History) -> Finding:
    """What a consumer holds of the night is all that the night owes it, or nothing.

    A reader takes a part for the whole: a wrong plan is made from it, and no one waits for the rest.
    Rows are only counted, so that this can be told of a chain whose baseline leaves doubt which rows are right.

    Applies: to chains with consumers.
    Unknown: when the baseline delivered nothing.
    Does not verify: that the rows are the right ones (``delivered_once``), that anything is there (``complete``), or
    that several consumers agree: one may have all of the night, and another nothing.
    """
    if not any(of.rows for of in holdings(baseline).values()):
        return Finding.unknown("the baseline delivered nothing, so there are no parts of it")
    missing = owed(night, baseline)
    if missing.partly:
        counts = {name: missing.rows.get(name) or missing.freed.rows[name] for name in missing.partly}
        lacking = [f"{consumer} lacks {counted(count, 'row')}" for consumer, count in counts.items()]
        return Finding.violated(f"{', '.join(missing.partly)} holds only a part of the night", missing=lacking)
    return Finding.holds("no consumer holds only a part of the night")
