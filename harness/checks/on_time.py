"""The night is delivered before its deadline."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, finished_at
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import minutes
from harness.history import History


@check("on_time", violated=Outcome.DEGRADED)
def on_time(night: History, baseline: History) -> Finding:
    """The last row that the night owes is stored at the deadline or before.

    Where there are no consumers, the last job has ended by then.

    Applies: to every night.
    Unknown: when the baseline itself is late, or never delivered.
    Does not verify: that what was stored is all (``complete``), or that single jobs and files keep their own times.
    """
    deadline = begin_event(night).value["deadline_ns"]
    if (in_baseline := finished_at(baseline)) is None or in_baseline > deadline:
        return Finding.unknown("the baseline itself was not on time, so a fault's part in it cannot be told")
    finished = finished_at(night)
    if finished is None:
        return Finding.violated("never delivered")
    distance = minutes(abs(deadline - finished) / 1e9)
    if finished > deadline:
        return Finding.violated(f"delivered {distance} after the deadline")
    return Finding.holds(f"delivered {distance} before the deadline")
