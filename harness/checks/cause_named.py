"""A page says what went wrong."""

from __future__ import annotations

import re
from typing import Any

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.history import Event, History


@check("cause_named", violated=Outcome.DAMAGED, applies=lambda night, baseline: bool(owed(night, baseline)))
def cause_named(night: History, baseline: History) -> Finding:  # noqa: ARG001 - every check takes both
    """When a night fails, a page names a fault that was injected.

    The injected truth is known, so this can be judged: every fault lists the words that name it. What the fault makes
    others do (a job is killed, a limit is exceeded) names a symptom, and no cause.

    Applies: to nights that still owe something when they are over; the cause of any other has time until the morning.
    Unknown: never, because every page is seen.
    Does not verify: that the page would lead anybody to the cause (a word of it is enough), that it names every fault
    of several, or when it came and to whom (``owner_paged``).
    """
    pages = night.of("page", component="desk", type="ok")
    faults = begin_event(night).value["faults"]
    for page in pages:
        if named := _named(page, faults):
            return Finding.holds(f"the page names {named}")
    injected = [fault["name"] for fault in faults]
    if not pages:
        return Finding.violated("it failed, and nobody was told the cause", injected=injected)
    causes = [page.value["cause"] or "(nothing)" for page in pages]
    return Finding.violated("it failed, and no page names the cause", paged=causes, injected=injected)


def naming_page(night: History) -> Event | None:
    """The first page that names a fault of the night."""
    faults = begin_event(night).value["faults"]
    return next((page for page in night.of("page", component="desk", type="ok") if _named(page, faults)), None)


def _named(page: Event, faults: list[dict[str, Any]]) -> str:
    text = f"{page.value.get('cause')} {page.value.get('text')}".lower()
    for fault in faults:
        for word in fault["named_by"]:
            if re.search(rf"(?<!\w){re.escape(word)}", text):
                return f"{fault['name']}: {word!r}"
    return ""
