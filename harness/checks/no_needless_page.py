"""Nobody is woken for what the chain does by itself."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.deadline import delivered_at, late_jobs, late_uploads
from harness.checks.model.ends import JobRuns, runs
from harness.checks.model.holdings import begin_event, fallback_days
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.checks.model.pages import healed_at, rules_that_page
from harness.checks.model.wording import clock
from harness.history import Event, History

_MINUTE_NS = 60_000_000_000
_TO_ACT_NS = 60 * _MINUTE_NS
"""What somebody who is woken needs to be of any use."""
_WARNINGS = frozenset({"late", "late_to_finish", "missed_start"})
"""What a rule says of a job that has not failed: whoever declares a page for that wants to know."""


def _paged_in_a_good_night(night: History, baseline: History) -> bool:
    delivered = delivered_at(night, baseline)
    return (
        bool(night.of("page", component="desk", type="ok"))
        and delivered is not None
        and delivered <= begin_event(night).value["deadline_ns"]
        and not (late_uploads(night, baseline) or late_jobs(night, baseline) or fallback_days(night))
        and not owed(night, baseline)
    )


@check("no_needless_page", violated=Outcome.DEGRADED, applies=_paged_in_a_good_night)
def no_needless_page(night: History, baseline: History) -> Finding:
    """Nobody is paged for a failed attempt when a later attempt of the same job then ends well without anybody's help.

    Somebody was woken for nothing, and who is woken for nothing sleeps through the page that counts. What to do: page
    after the last attempt. A page is not needless once there would be too little time left for who is woken: an hour,
    and what the baseline takes from the job's first launch to the end of the delivery. Nor is a warning: a rule's page
    for a job that is late or has missed its start, and what a job tells in a run that then ends well.

    Applies: to nights in which somebody was paged, and that owe nothing, were in time, and need no fallback.
    Unknown: never, because every page is seen.
    Does not verify: pages for jobs of which no attempt had failed; that whoever was woken after the last attempt could
    do anything.
    """
    needless = [(page, at) for page in night.of("page", component="desk", type="ok") if (at := _needless(page, night))]
    needless = [(page, at) for page, at in needless if page.at < _too_late(page, night, baseline)]
    if not needless:
        return Finding.holds("nobody was paged for an attempt that was followed by a good one without help")
    zone = begin_event(night).value["timezone"]
    told = [
        f"{page.value['owner']} was paged for {page.value['job']} at {clock(page.at, zone)}, "
        f"and it ended well at {clock(at, zone)} without help"
        for page, at in needless
    ]
    more = f", and {len(told) - 1} more" if len(told) > 1 else ""
    return Finding.violated(f"{told[0]}{more}: page after the last attempt", needless=told)


def _needless(page: Event, night: History) -> int | None:
    """When its job ended well by itself, of a page for an attempt that failed."""
    healed = healed_at(page, night)
    return healed if healed is not None and _for_a_failure(page, night) else None


def _for_a_failure(page: Event, night: History) -> bool:
    """Whether a rule says so; of other pages, whether the last attempt had failed, or fails that has just paged."""
    if rules := rules_that_page(page, night):
        return not {rule.value["when"] for rule in rules} <= _WARNINGS
    job = runs(night).get(page.value["job"], JobRuns())
    before = job.last_by(page.at)
    if before is not None and before.type == "fail" and (not job.runs_at(page.at) or page.at - before.at <= _MINUTE_NS):
        return True
    after = next((end for end in job.ends if end.at > page.at), None)
    return job.runs_at(page.at) and after is not None and after.type == "fail"


def _too_late(page: Event, night: History, baseline: History) -> int:
    """From when on a page is for somebody to act: what is left until the deadline is no more than that takes."""
    began = baseline.of("launch", type="invoke", job=page.value["job"]).first()
    delivered = delivered_at(baseline, baseline)
    takes = 0 if began is None or delivered is None else max(0, delivered - began.at)
    return int(begin_event(night).value["deadline_ns"] - takes - _TO_ACT_NS)
