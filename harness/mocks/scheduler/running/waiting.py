"""A job that waits: since when it may start, what it waits for in words, and how it is taken from where it waits."""

from __future__ import annotations

import time

from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.timing.agenda import Agenda

ASK_AGAIN_NS = 60_000_000_000
"""How long until a machine whose agent did not answer is asked again."""


def starts_ns(job: DailyJob) -> int:
    """The first moment at which the job may start."""
    return max(job.master.at_ns or job.schedule.begins_ns, job.not_before_ns)


def waits_for(job: DailyJob) -> str:
    """What a waiting job waits for, in words; nothing when it is only for its time."""
    if job.detail:
        return job.detail
    if time.time_ns() < starts_ns(job):
        return ""
    unmet = next((edge for edge in job.edges if not edge.met), None)
    return "" if unmet is None else str(unmet)


def leave(job: DailyJob, agenda: Agenda) -> None:
    """Take a job from where it waits."""
    if job.alarm is not None:
        agenda.cancel(job.alarm)
        job.alarm = None
    if job.waits_in is not None:
        job.waits_in.pop(job, None)
        job.waits_in = None
    job.detail = ""
