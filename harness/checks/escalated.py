"""A page that nobody acknowledges goes to somebody else."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.on_call import acknowledged_by, rostered, rostered_pages, whom
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import minutes
from harness.history import Event, History

UNDECLARED_S = 30 * 60
"""A roster that does not say how long a page waits: half an hour, what PagerDuty has where nobody says otherwise."""

_CLOSE_NS = 1_000_000_000
"""An acknowledgement in the very moment is in time, and clocks tick while it is recorded."""


@check("escalated", violated=Outcome.DEGRADED, applies=rostered)
def escalated(night: History, baseline: History) -> Finding:  # noqa: ARG001 - every check takes both
    """A page that nobody has acknowledged in time is told to somebody else.

    In time: within what the roster says after ``escalate_after``; where it says nothing, half an hour, and then nobody
    else is told. One person on call is one telephone that may be silent.

    Applies: to nights of a chain with a roster in which somebody was paged.
    Unknown: never, because every escalation is seen.
    Does not verify: that the next one answers (``acknowledged``); pages that came so late that their time is up only
    after the deadline.
    """
    pages = rostered_pages(night)
    alone = [page for page in pages if _left_alone(page, night)]
    if not alone:
        told = night.of("escalate", component="desk", type="ok")
        return Finding.holds(
            f"the page was escalated to {told[0].value['told']}" if told else "each page was acknowledged in time"
        )
    waited = minutes(_waits_s(alone[0]))
    first = f"nobody else was told of the page for {alone[0].value['job']}, which nobody acknowledged within {waited}"
    return Finding.violated(first, alone=[f"{page.value['job']}: {whom(page)}" for page in alone])


def _waits_s(page: Event) -> int:
    return int(page.value["escalate_after_s"] or UNDECLARED_S)


def _left_alone(page: Event, night: History) -> bool:
    up_ns = page.at + _waits_s(page) * 1_000_000_000 + _CLOSE_NS
    answer = acknowledged_by(page, night)
    if (answer is not None and answer.at <= up_ns) or up_ns > begin_event(night).value["deadline_ns"]:
        return False
    return not night.of("escalate", component="desk", type="ok", number=page.value["number"])
