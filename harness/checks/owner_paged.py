"""Who owns a failure is told of it, in time and once."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, fallback_days, finished_at
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import due_at, grouped, owed
from harness.checks.model.pages import paging
from harness.checks.model.wording import minutes
from harness.history import History


@check("owner_paged", violated=Outcome.DAMAGED)
def owner_paged(night: History, baseline: History) -> Finding:
    """When the night is not delivered by the deadline, or a job never ends, the owner is paged, once a failure.

    By the deadline, or, where all that is owed ends later in the baseline, before the night is over.

    It is one failure whose pages have one owner, one job and one text, once numbers, times, dates and ids are taken out
    of that; more than one such page is a storm, also in a night that recovers. A page of a successor of a failed job
    that says only that it waits is noise: it is counted, and tells nobody what failed. A page for a night that was
    delivered in time, or for a job that then finished without help, is allowed and counted as friction; a page to
    anybody but an owner of the chain is a violation.

    Applies: to every night.
    Unknown: never, because every page is seen.
    Does not verify: that the page says why (``cause_named``), that somebody reads it and acts, or that mails arrive;
    that two pages in quite different words are not about one failure.
    """
    begin = begin_event(night).value
    deadline = begin["deadline_ns"]
    owners = {begin["owner"], *(job["owner"] for job in begin["jobs"].values())}
    paged = paging(night)
    strangers = [page.value["owner"] for page in night.of("page", component="desk", type="ok")]
    strangers = [owner for owner in strangers if owner not in owners]
    if strangers:
        return Finding.violated("somebody was paged who owns nothing here", paged=set(strangers), owners=owners)
    if paged.storms:
        repeated = [f"{said} ({count} times)" for said, count in paged.storms.items()]
        most = max(paged.storms.values())
        return Finding.violated(f"the same failure was paged {most} times", repeated=repeated)
    finished = finished_at(night)
    missing = owed(night, baseline)
    if finished is not None and finished <= deadline and not missing:
        told = f"; {paged.sentence}" if paged.telling or paged.noise else ""
        return Finding.holds(f"nobody had to be told{told}")
    if paged.telling:
        first = paged.telling[0]
        said = f"{first.value['owner']} was paged {minutes(abs(deadline - first.at) / 1e9)}"
        if first.at > due_at(night, baseline):
            return Finding.violated(f"{said} after the deadline{paged.remarks}")
        return Finding.holds(f"{said} {'before' if first.at <= deadline else 'after'} the deadline{paged.remarks}")
    if finished is not None and fallback_days(night) and not missing:
        return Finding.holds("the fallback is flagged where it is consumed")
    but = f" what failed, only that others wait: {paged.sentence}" if paged.noise else ""
    if missing.jobs and not missing.rows:
        return Finding.violated(f"{next(grouped(missing.jobs))}, and nobody was told{but}")
    return Finding.violated(f"the night was not delivered by the deadline, and nobody was told{but}")
