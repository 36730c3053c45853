"""A page says what went wrong."""

from __future__ import annotations

from typing import Any

from harness.checks.model.causes.judging import Reading, Said, Truth, read
from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.checks.model.pages import paging
from harness.history import Event, History

NOT_JUDGED = Said.NOT_JUDGED.value
_A_LINE = 10
"""Fewer characters may stand in a page by chance."""


@check("cause_named", violated=Outcome.DAMAGED, applies=lambda night, baseline: bool(owed(night, baseline)))
def cause_named(night: History, baseline: History) -> Finding:  # noqa: ARG001 - every check takes both
    """When a night fails, a page names a fault that was injected.

    The injected truth is known, so this can be judged: every fault has causes, every cause has evidence
    (``harness/checks/model/causes``), and the cause for which a page has most is what it names. What the fault makes
    others do (a job is killed, a limit is exceeded) names a symptom, and no cause; a page that blames something else is
    wrong. Where a page that names nothing quotes the last line that its job printed, the lines before that one are read
    as well. Where a page tells something specific that is evidence for no cause, this holds with the note "told, cause
    not judged". A page that says only that a job waits (for a failed one, or for a threshold or a
    resource that a failed one was to set) is left out.

    Applies: to nights that still owe something when they are over; the cause of any other has time until the morning.
    Unknown: never, because every page is seen.
    Does not verify: that the page would lead anybody to the cause, that it names every fault of several, or when it
    came and to whom (``owner_paged``); and nothing of a page whose cause is not judged.
    """
    pages = paging(night).telling
    faults = begin_event(night).value["faults"]
    injected = [fault["name"] for fault in faults]
    if not pages:
        return Finding.violated("it failed, and nobody was told the cause", injected=injected)
    readings = [(page, fault, _reading(night, page, fault)) for page in pages for fault in faults]
    for _, fault, reading in readings:
        if reading.said is Said.NAMED:
            return Finding.holds(f"the page names {fault['name']}: {reading.by!r}")
    for page, _, reading in readings:
        if reading.said is Said.NOT_JUDGED:
            return Finding.holds(f"the page tells: {_told(page)}", note=NOT_JUDGED)
    cause = next((cause for fault in faults for cause in fault["causes"]), "CAUSE")
    own = f"if one does in the chain's own words, declare them in the chain: causes: {{{cause}: [WORDS]}}"
    said = f"it failed, and no page names the cause; {own}"
    return Finding.violated(said, paged=map(_told, pages), injected=injected)


def naming_page(night: History) -> Event | None:
    """The first page that names a fault of the night."""
    faults = begin_event(night).value["faults"]
    named = (
        page for page in paging(night).telling for fault in faults if _reading(night, page, fault).said is Said.NAMED
    )
    return next(named, None)


def _told(page: Event) -> str:
    return page.value["cause"] or "(nothing)"


def _reading(night: History, page: Event, fault: dict[str, Any]) -> Reading:
    head = page.value.get("cause"), page.value.get("text")
    return read(head, _shown_log(night, page), Truth(tuple(fault["causes"]), tuple(fault["named_by"])), _names(night))


def _shown_log(night: History, page: Event) -> str | None:
    """The end of the job's output, where the page quotes the last line of it: who is shown that line has the others."""
    ended = [event for event in night.of("output", component="scheduler", job=page.value["job"]) if event.at <= page.at]
    if not ended:
        return None
    lines = [str(line).strip() for line in ended[-1].value["lines"]]
    told = f"{page.value.get('cause') or ''}\n{page.value.get('text') or ''}"
    return "\n".join(lines) if len(lines[-1]) >= _A_LINE and lines[-1] in told else None


def _names(night: History) -> list[str]:
    """What a page may name without saying anything of a cause."""
    begin = begin_event(night).value
    return [begin["chain"], *begin["files"], *begin["jobs"], *begin["consumers"], *begin["folders"]]
