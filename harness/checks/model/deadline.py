"""What was due by the deadline, and when it came: rows, uploads, and the jobs of a chain that delivers to nobody."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.model.ends import finished
from harness.checks.model.holdings import begin_event, consumers, finished_at
from harness.checks.model.results import is_result, uploads
from harness.history import History


def due_jobs(baseline: History) -> set[str]:
    """The jobs that end well by the deadline in the baseline."""
    deadline = begin_event(baseline).value["deadline_ns"]
    return {job for job, at in finished(baseline).items() if at <= deadline}


def late_jobs(night: History, baseline: History) -> dict[str, int]:
    """By how many nanoseconds each of them ended after the deadline, of those that did."""
    deadline, due = begin_event(night).value["deadline_ns"], due_jobs(baseline)
    return {job: at - deadline for job, at in finished(night).items() if job in due and at > deadline}


def late_uploads(night: History, baseline: History) -> dict[str, int]:
    """The same of what is sent by the deadline in the baseline."""
    deadline, sent = begin_event(night).value["deadline_ns"], uploads(night)
    due = [path for path, of in uploads(baseline).items() if of.at <= deadline and is_result(path) and path in sent]
    return {path: sent[path].at - deadline for path in due if sent[path].at > deadline}


def delivered_at(night: History, baseline: History) -> int | None:
    """When the last row was stored; of a chain without consumers, when the last job had ended of those due.

    None where that never was.
    """
    if consumers(night):
        return finished_at(night)
    jobs: Mapping[str, dict[str, bool]] = begin_event(night).value["jobs"]
    due = {job for job in due_jobs(baseline) if not jobs.get(job, {}).get("optional")}
    return max((at for job, at in finished(night).items() if job in due), default=None)
