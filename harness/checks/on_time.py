"""The night is delivered before its deadline."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.ends import finished
from harness.checks.model.holdings import begin_event, finished_at
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import minutes
from harness.history import History


@check("on_time", violated=Outcome.DEGRADED)
def on_time(night: History, baseline: History) -> Finding:
    """The last row that the night owes is stored at the deadline or before, and every job has ended by then.

    Of jobs, those that end by then in the baseline; a job that does not end well at all is not late (``complete``).

    Applies: to every night.
    Unknown: when the baseline itself is late, or never delivered.
    Does not verify: that what was stored is all (``complete``), or that jobs and files keep times of their own.
    """
    deadline = begin_event(night).value["deadline_ns"]
    if (in_baseline := finished_at(baseline)) is None or in_baseline > deadline:
        return Finding.unknown("the baseline itself was not on time, so a fault's part in it cannot be told")
    delivered = finished_at(night)
    if delivered is None:
        return Finding.violated("never delivered")
    distance = minutes(abs(deadline - delivered) / 1e9)
    if delivered > deadline:
        return Finding.violated(f"delivered {distance} after the deadline")
    calm = {job for job, at in finished(baseline).items() if at <= deadline}
    late = {job: at - deadline for job, at in finished(night).items() if job in calm and at > deadline}
    if late:
        last = max(late, key=lambda job: late[job])
        said = [f"{job} {minutes(by / 1e9)}" for job, by in late.items()]
        return Finding.violated(f"{last} ended {minutes(late[last] / 1e9)} after the deadline", late=said)
    return Finding.holds(f"delivered {distance} before the deadline")
