"""Who owns a failure is told of it, in time and once."""

from __future__ import annotations

from collections import Counter

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, fallback_days, finished_at
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import due_at, grouped, owed
from harness.checks.model.wording import counted, minutes
from harness.history import History


@check("owner_paged", violated=Outcome.DAMAGED)
def owner_paged(night: History, baseline: History) -> Finding:
    """When the night is not delivered by the deadline, or a job does not end, the owner is paged, once a job and cause.

    By the deadline, or, where all that is owed ends later in the baseline, before the night is over.

    A page for a night that was delivered in time is allowed and counted as friction, not as a violation; a page to
    anybody but an owner of the chain is one.

    Applies: to every night.
    Unknown: never, because every page is seen.
    Does not verify: that the page says why (``cause_named``), that somebody reads it and acts, or that mails arrive.
    """
    begin = begin_event(night).value
    deadline = begin["deadline_ns"]
    owners = {begin["owner"], *(job["owner"] for job in begin["jobs"].values())}
    pages = night.of("page", component="desk", type="ok")
    strangers = [page.value["owner"] for page in pages if page.value["owner"] not in owners]
    if strangers:
        return Finding.violated("somebody was paged who owns nothing here", paged=set(strangers), owners=owners)
    often = Counter((page.value["job"], page.value["cause"]) for page in pages)
    repeated = [f"{job}: {cause} ({counted(count, 'time')})" for (job, cause), count in often.items() if count > 1]
    if repeated:
        return Finding.violated("the same failure was paged more than once", repeated=repeated)
    finished = finished_at(night)
    missing = owed(night, baseline)
    if finished is not None and finished <= deadline and not missing:
        return Finding.holds(f"nobody had to be told; {len(pages)} paged" if pages else "nobody had to be told")
    if pages:
        said = f"{pages[0].value['owner']} was paged {minutes(abs(deadline - pages[0].at) / 1e9)}"
        if pages[0].at > due_at(night, baseline):
            return Finding.violated(f"{said} after the deadline")
        return Finding.holds(f"{said} {'before' if pages[0].at <= deadline else 'after'} the deadline")
    if finished is not None and fallback_days(night) and not missing:
        return Finding.holds("the fallback is flagged where it is consumed")
    if missing.jobs and not missing.rows:
        return Finding.violated(f"{next(grouped(missing.jobs))}, and nobody was told")
    return Finding.violated("the night was not delivered by the deadline, and nobody was told")
