"""A check of our own: the warehouse's server is small."""

from __future__ import annotations

from harness import Finding, History, Outcome, check

LIMIT = 10


@check("few_requests", violated=Outcome.DEGRADED)
def few_requests(night: History, baseline: History) -> Finding:
    """The source is asked at most ten times a night.

    Applies: to every night.
    Unknown: when nothing was asked.
    Does not verify: how far apart the requests are.
    """
    asked = len(night.of("connect", component="wire", type="info"))
    if not asked:
        return Finding.unknown("the source was never asked")
    if asked > LIMIT:
        return Finding.violated(f"the source was asked {asked} times, more than {LIMIT}")
    return Finding.holds(f"the source was asked {asked} times")
