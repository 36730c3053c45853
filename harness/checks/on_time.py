"""The night is delivered before its deadline."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.deadline import delivered_at, late_jobs, late_uploads
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import minutes
from harness.history import History


@check("on_time", violated=Outcome.DEGRADED)
def on_time(night: History, baseline: History) -> Finding:
    """The last row that the night owes is stored at the deadline or before, all is sent, and every job has ended.

    Of jobs and of what is sent to the source, those that are there by then in the baseline; a job that does not end
    well at all is not late (``complete``). A chain without consumers has delivered when the last of these jobs has
    ended.

    Applies: to every night.
    Unknown: when the baseline itself is late, or never delivered.
    Does not verify: that what was stored is all (``complete``), or that jobs and files keep times of their own.
    """
    deadline = begin_event(night).value["deadline_ns"]
    if (in_baseline := delivered_at(baseline, baseline)) is None or in_baseline > deadline:
        return Finding.unknown("the baseline itself was not on time, so a fault's part in it cannot be told")
    delivered = delivered_at(night, baseline)
    if delivered is None:
        return Finding.violated("never delivered")
    distance = minutes(abs(deadline - delivered) / 1e9)
    if delivered > deadline:
        return Finding.violated(f"delivered {distance} after the deadline")
    sent, ended = late_uploads(night, baseline), late_jobs(night, baseline)
    for late, what in ((sent, "came"), (ended, "ended")):
        if late:
            last = max(late, key=lambda one: late[one])
            said = [f"{one} {minutes(by / 1e9)}" for one, by in (sent | ended).items()]
            return Finding.violated(f"{last} {what} {minutes(late[last] / 1e9)} after the deadline", late=said)
    return Finding.holds(f"delivered {distance} before the deadline")
