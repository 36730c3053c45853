"""Nobody is told who has left."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.on_call import WHY, rostered, rostered_pages, tellings, whom
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import counted
from harness.history import History


@check("no_leaver_paged", violated=Outcome.DEGRADED, applies=rostered)
def no_leaver_paged(night: History, baseline: History) -> Finding:  # noqa: ARG001 - every check takes both
    """No page is told to somebody who has left for good.

    Until it is escalated, nobody looks after it; and what it says of the chain goes to somebody who works elsewhere.
    Somebody who is on leave or not on duty is no such person: that they were told is a note.

    Applies: to nights of a chain with a roster in which somebody was paged.
    Unknown: never, because the desk knows of everybody whom it tells.
    Does not verify: people of whom neither the roster nor a fault says that they have left.
    """
    told = [telling for page in rostered_pages(night) for telling in tellings(page, night)]
    gone = [telling for telling in told if telling.value.get("away") == "left"]
    if gone:
        people = list(dict.fromkeys(telling.value["told"] for telling in gone))
        return Finding.violated(f"{people[0]} was paged, who {WHY['left']}", paged=people)
    absent = list(dict.fromkeys(whom(telling) for telling in told if "away" in telling.value))
    return Finding.holds(f"told {counted(len(told), 'time')}, and nobody who has left", note=", ".join(absent[:3]))
