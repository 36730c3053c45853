"""Nothing is tried for ever."""

from __future__ import annotations

from collections import Counter

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import counted
from harness.history import History

UNDECLARED = 20
"""A chain whose rules set no limit may launch a job so often in one night before that is called for ever."""


@check("bounded_attempts", violated=Outcome.DEGRADED)
def bounded_attempts(night: History, baseline: History) -> Finding:
    """Each job is launched at most as often as the chain's retries and rules declare.

    Where they set no limit, twenty launches of a job in one night are taken for ever.

    Applies: to every night.
    Unknown: when the baseline launched nothing.
    Does not verify: how long a job waits between its attempts, how often it asks its neighbours by itself, or that what
    is declared is sensible.
    """
    if not baseline.of("launch", type="invoke"):
        return Finding.unknown("the baseline launched nothing")
    launches = Counter(event.value["job"] for event in night.of("launch", type="invoke"))
    allowed = {job: told["launches"] or UNDECLARED for job, told in begin_event(night).value["jobs"].items()}
    over = [
        f"{job}: {counted(count, 'launch', 'launches')}, {allowed[job]} allowed"
        for job, count in launches.items()
        if count > allowed[job]
    ]
    if over:
        return Finding.violated("a job was launched more often than the chain declares", over=over)
    return Finding.holds(f"{counted(launches.total(), 'launch', 'launches')}, within what the chain declares")
