"""Nothing is tried for ever."""

from __future__ import annotations

from harness.checks.model.asked import PAUSE_NS, longest_burst
from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import counted
from harness.history import History

UNDECLARED = 20
"""A chain whose rules set no limit may launch a job so often in one night before that is called for ever."""

WITHOUT_PAUSE = 5
"""More launches without a pause between them are a loop."""


@check("bounded_attempts", violated=Outcome.DEGRADED)
def bounded_attempts(night: History, baseline: History) -> Finding:
    """Each job is launched at most as often as the chain's retries and rules declare, and not without a pause.

    Where they set no limit, twenty launches of a job in one night are taken for ever. More than five launches of which
    any three lie within two seconds are tried without a pause: whatever was wrong has had no time to pass.

    Applies: to every night.
    Unknown: when the baseline launched nothing.
    Does not verify: that a pause grows, how often a job asks its neighbours by itself (``request_budget``), or that
    what is declared is sensible.
    """
    if not baseline.of("launch", type="invoke"):
        return Finding.unknown("the baseline launched nothing")
    times: dict[str, list[int]] = {}
    for event in night.of("launch", type="invoke"):
        times.setdefault(event.value["job"], []).append(event.at)
    launches = {job: len(at) for job, at in times.items()}
    allowed = {job: told["launches"] or UNDECLARED for job, told in begin_event(night).value["jobs"].items()}
    over = [
        f"{job}: {counted(count, 'launch', 'launches')}, {allowed[job]} allowed"
        for job, count in launches.items()
        if count > allowed[job]
    ]
    if over:
        return Finding.violated("a job was launched more often than the chain declares", over=over)
    bursts = {job: longest_burst(at, PAUSE_NS) for job, at in times.items()}
    hasty = [f"{job}: {burst} launches" for job, burst in bursts.items() if burst > WITHOUT_PAUSE]
    if hasty:
        return Finding.violated(f"a job was launched again and again without a pause: {hasty[0]}", hasty=hasty)
    total = sum(launches.values())
    return Finding.holds(f"{counted(total, 'launch', 'launches')}, within what the chain declares")
