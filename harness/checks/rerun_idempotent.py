"""A job that runs again does nothing twice."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.model.baseline_validity import doubtful_because
from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import holdings
from harness.checks.model.outcome import Outcome
from harness.checks.model.reruns import JobWork, reruns
from harness.checks.model.results import difference
from harness.checks.model.row_counts import wrong_rows
from harness.checks.model.wording import counted
from harness.history import History


@check("rerun_idempotent", violated=Outcome.DAMAGED, applies=lambda night, _: bool(reruns(night)))
def rerun_idempotent(night: History, baseline: History) -> Finding:
    """A job that runs again after it has stored rows or sent files leaves each of them there once.

    Whoever started it again: a retry, a rule, an operator at a job that had finished, or an agent that took the order
    twice. Rows count that the job's runs have stored beyond what is wanted, where no run alone has; of uploads, those
    that are there under two names.

    Applies: to nights in which a job ran again, or twice at once, and had stored or sent something before.
    Unknown: when nothing is there twice as far as the baseline shows, and its rows may be the wrong ones
    (``delivered_once``).
    Does not verify: which of several jobs at work did it (each may have); what a job appends to a file, or writes into
    a database (``equals_baseline`` sees the file); a job that cannot run twice and says so.
    """
    again = reruns(night)
    doubled = [said for name, job in again.items() for said in _doubled(name, job, night, baseline)]
    if doubled:
        return Finding.violated(f"a re-run was not idempotent: {doubled[0]}", doubled=doubled)
    stored = any(any(rows.values()) for job in again.values() for rows in job.rows)
    if stored and (why := doubtful_because(baseline)):
        return Finding.unknown(why)
    told = [f"{name} ran {counted(job.runs, 'time')}" for name, job in again.items()]
    more = f", and {counted(len(told) - 1, 'other job')} again" if len(told) > 1 else ""
    return Finding.holds(f"{told[0]}{more}, and nothing is there twice")


def _doubled(name: str, job: JobWork, night: History, baseline: History) -> Iterator[str]:
    ran = f"{name} ran {counted(job.runs, 'time')}"
    for consumer, wanted in holdings(baseline).items():
        if job.stored_again(consumer, wanted.own.total()):
            rows = wrong_rows(night, baseline, consumer).doubled.total
            if rows:
                yield f"{ran}, and {counted(rows, 'row')} of {consumer} {'is' if rows == 1 else 'are'} there twice"
    twice = difference(night, baseline).doubled
    if twice and any(job.sent):
        yield f"{ran}, and {twice[0]} was sent besides"
