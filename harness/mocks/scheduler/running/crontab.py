"""The scheduler as cron: every start of every entry is a job of its own, and what it prints is mailed.

Nothing waits for anything, two runs of one job may overlap, and a minute in which nobody was there to start its jobs is
lost: cron starts nothing later (cron(8); anacron does). A mail tells of output, not of failure: a job that fails in
silence is told of nowhere, and one that prints while all is well is mailed every night.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from harness.contract.schedule import MasterJob
from harness.mocks.scheduler.daily.daily import DailyJob, DailySchedule

if TYPE_CHECKING:
    from harness.mocks.scheduler.monitor import Engine
    from harness.mocks.scheduler.running.context import Night

_LAST_MOMENT_NS = 59_000_000_000
"""Cron looks once a minute at what is due, and never back."""


def build(engine: Engine) -> None:
    """Build the night: one schedule for each moment at which something starts, in the order of the crontab."""
    night, order = engine.night, engine.night.order
    due: list[tuple[int, int, MasterJob]] = []
    for job in order.jobs:
        # Of two times that the clocks have skipped, both are made up for in one moment.
        for at_ns, same in groupby(job.cron.starts_ns if job.cron else ()):
            due += [(at_ns, turn, job) for turn, _ in enumerate(same)]
    moments = groupby(sorted(due, key=itemgetter(0, 1)), key=itemgetter(0, 1))
    for instance, ((at_ns, _), together) in enumerate(moments, 1):
        schedule = DailySchedule(order.chain, order.date, at_ns, instance=instance)
        schedule.latest_start_ns = at_ns + _LAST_MOMENT_NS
        engine.daily.add_schedule(schedule)
        for _, _, job in together:
            engine.add(job, schedule)
        night.journal.keep("schedule", schedule.id, engine.kept(schedule))
    idle = {job.job: "no time of this night" for job in order.jobs if not (job.cron and job.cron.starts_ns)}
    if idle:
        jobs = [job.job for job in order.jobs if job.job not in idle]
        night.recorder.record("info", "build", {"date": order.date, "jobs": jobs, "left_out": idle})


def mail(night: Night, job: DailyJob) -> None:
    """Mail what a command has printed, as cron does when it ends; nothing was printed, or nobody wants it: no mail."""
    cron = job.order.cron
    if cron is None or not cron.mail_to or not job.attempts:
        return
    size, last = job.attempts[-1].printed()
    if size:
        value = {"to": cron.mail_to, "job": job.name, "attempt": job.attempt, "bytes": size, "last": last}
        subject = f"Cron <{job.order.agent}> {job.order.command}"
        night.recorder.record("info", "mail", value | {"subject": subject})
