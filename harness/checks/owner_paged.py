"""Who owns a failure is told of it, in time and once."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.deadline import delivered_at, late_uploads
from harness.checks.model.ends import finished, predecessors, runs
from harness.checks.model.holdings import begin_event, fallback_days
from harness.checks.model.makers import of_optional_jobs
from harness.checks.model.on_call import reached_at, tellings, whom
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import Owed, due_at, grouped, owed
from harness.checks.model.pages import Paging, paging
from harness.checks.model.wanted import optional_jobs
from harness.checks.model.wording import minutes
from harness.history import Event, History


@check("owner_paged", violated=Outcome.DAMAGED)
def owner_paged(night: History, baseline: History) -> Finding:
    """When the night is not delivered by the deadline, or a job never ends, the owner is paged, once a failure.

    By the deadline, or, where all that is owed ends later in the baseline, before the night is over. What is late and
    was told in time is better than what is late in silence. A page for a job that has healed tells nothing of another
    one that was started after that, and failed; nor does a page to the owner of jobs that have no part in it.

    It is one failure whose pages have one owner, one job and one text, once numbers, times, dates and ids are taken out
    of that; more than one such page by one channel is a storm, also in a night that recovers (by another channel it is
    the same call once more, and what a channel takes for a repetition is no page). So are more than ten pages of one
    job to one owner by one channel within an hour, in whatever words. A page of a successor of a failed
    job that says only that it waits is noise: it is counted, and tells nobody what failed. A page for a night that was
    delivered in time is allowed here, and counted as friction (``no_needless_page``); a page to anybody but an owner of
    the chain is a violation.

    Where the chain has a roster, a page tells its owner when somebody who is there is told, be it by escalation.

    Applies: to every night.
    Unknown: never, because every page is seen.
    Does not verify: that the page says why (``cause_named``), that somebody reads it (``acknowledged``) and acts, or
    that mails arrive; that two pages in quite different words are not about one failure.
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
    if paged.floods:
        flooded = [f"{job or 'no job'} ({count} pages)" for job, count in paged.floods.items()]
        return Finding.violated(f"{flooded[0]} within an hour: nobody reads so many", flooded=flooded)
    missing = owed(night, baseline)
    delivered, late = delivered_at(night, baseline), _late_uploads(night, baseline)
    in_time = delivered is not None and delivered <= deadline and not late
    if in_time and not missing:
        told = f"; {paged.sentence}" if paged.telling or paged.noise else ""
        return Finding.holds(f"nobody had to be told{told}")
    concerned = _concerned(night, missing)
    own = [page for page in paged.telling if page.value["owner"] in concerned]
    telling = [page for page in own if not _of_what_healed_before(page, paged, missing, night)]
    reached = sorted((at, page.index) for page in telling if (at := reached_at(page, night)) is not None)
    if reached:
        at, owner = reached[0][0], night[reached[0][1]].value["owner"]
        said = f"{owner} was paged {minutes(abs(deadline - at) / 1e9)}"
        if at > due_at(night, baseline):
            return Finding.violated(f"{said} after the deadline{paged.remarks}")
        return Finding.holds(f"{said} {'before' if at <= deadline else 'after'} the deadline{paged.remarks}")
    if delivered is not None and fallback_days(night) and not missing:
        return Finding.holds("the fallback is flagged where it is consumed")
    but = _of_nobody_there(telling, night) or _but(paged, own)
    if missing.jobs and not missing.rows:
        return Finding.violated(f"{next(grouped(missing.jobs))}, and nobody was told{but}")
    if delivered is not None and delivered <= deadline and late and not missing:
        return Finding.violated(f"{next(iter(late))} came after the deadline, and nobody was told{but}")
    return Finding.violated(f"the night was not delivered by the deadline, and nobody was told{but}")


def _of_nobody_there(telling: list[Event], night: History) -> str:
    """Who was told instead, of pages that reached nobody who was there."""
    told = list(dict.fromkeys(whom(one) for page in telling for one in tellings(page, night)))
    return f" who is there: {', '.join(told[:3]) or 'nobody is on call'}" if telling else ""


def _late_uploads(night: History, baseline: History) -> dict[str, int]:
    """Those that others than optional jobs make."""
    late = late_uploads(night, baseline)
    optional = of_optional_jobs(tuple(late), optional_jobs(night), baseline)
    return {path: by for path, by in late.items() if path not in optional}


def _but(paged: Paging, own: list[Event]) -> str:
    """What was said instead, of pages that tell nothing of what failed."""
    if paged.telling and not own:
        return f" who owns it, only {paged.telling[0].value['owner']}: {paged.sentence}"
    if paged.noise:
        return f" what failed, only that others wait: {paged.sentence}"
    return f", only of what healed: {paged.sentence}" if own else ""


def _concerned(night: History, missing: Owed) -> set[str]:
    """Who owns what failed, or what that builds on; the chain's owner; all owners where no job has failed."""
    begin = begin_event(night).value
    jobs = begin["jobs"]
    part = {name for job in missing.jobs if job in jobs for name in (job, *predecessors(night, job))} or set(jobs)
    return {begin["owner"], *(jobs[name]["owner"] for name in part)}


def _of_what_healed_before(page: Event, paged: Paging, missing: Owed, night: History) -> bool:
    """Whether its job was well again when everything that then failed for good was started."""
    job = page.value["job"]
    if job not in paged.healed or job in missing.jobs:
        return False
    started = [run.began for name in missing.jobs if (run := runs(night).get(name)) is not None and run.began]
    return bool(started) and finished(night).get(job, started[0] + 1) <= min(started)
