"""Somebody takes the page of a failed night, in time to act."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.deadline import delivered_at, late_uploads
from harness.checks.model.holdings import begin_event
from harness.checks.model.on_call import acknowledged_by, reached_at, rostered_pages
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import due_at, owed
from harness.checks.model.wording import counted, minutes
from harness.history import Event, History


def _somebody_was_reached_in_a_bad_night(night: History, baseline: History) -> bool:
    if not any(reached_at(page, night) is not None for page in rostered_pages(night)):
        return False
    delivered = delivered_at(night, baseline)
    in_time = delivered is not None and delivered <= begin_event(night).value["deadline_ns"]
    return bool(not in_time or late_uploads(night, baseline) or owed(night, baseline))


@check("acknowledged", violated=Outcome.DAMAGED, applies=_somebody_was_reached_in_a_bad_night)
def acknowledged(night: History, baseline: History) -> Finding:
    """When the night is not delivered by the deadline, somebody acknowledges a page of it by then.

    Who has been told and does not answer cannot be counted upon: the night is as lost as one of which nobody was told.
    A client that acknowledges or resolves a page by its key counts as well, for that is how people's telephones do it;
    a job of the night does not, for a program that takes its own alarm has told nobody. What a job says is over counts
    when the job that failed has ended well since.

    Applies: to nights of a chain with a roster that owe something, or are late, and of which somebody was told who was
    there; that nobody was is judged by ``owner_paged``.
    Unknown: never, because every acknowledgement is seen.
    Does not verify: that who acknowledges does anything, or can.
    """
    by = due_at(night, baseline)
    pages = rostered_pages(night)
    answers = [(page, answer) for page in pages if (answer := acknowledged_by(page, night)) is not None]
    answers.sort(key=lambda pair: pair[1].at)
    if answers and answers[0][1].at <= by:
        page, answer = answers[0]
        who = answer.value.get("by") or "a client"
        return Finding.holds(f"{who} acknowledged it {minutes((answer.at - page.at) / 1e9)} after the page")
    if answers:
        late = minutes((answers[0][1].at - by) / 1e9)
        return Finding.violated(f"the first acknowledgement came {late} after the deadline")
    told = [f"{page.value['told']}: {page.value['job']}" for page in pages]
    but = _by_a_job(pages, night)
    return Finding.violated(f"nobody acknowledged {counted(len(pages), 'page')}{but}", told=told)


def _by_a_job(pages: list[Event], night: History) -> str:
    """Which job has taken its own alarm, if one has."""
    numbers = {page.value["number"] for page in pages}
    for action in ("acknowledge", "resolve"):
        for said in night.of(action, component="desk", type="ok"):
            if said.value.get("number") in numbers and said.value.get("from"):
                return f", only {said.value['from']} itself said '{action}'"
    return ""
