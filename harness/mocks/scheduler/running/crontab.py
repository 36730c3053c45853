"""The scheduler as cron: every start of every entry is a job of its own, and what it prints is mailed.

Nothing waits for anything, two runs of one job may overlap, and a minute in which cron was down is lost: cron starts
nothing later (cron(8); anacron does). A mail tells of output, not of failure: a job that fails in silence is told of
nowhere, and one that prints while all is well is mailed every night.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Protocol

from harness.contract.schedule import MasterJob
from harness.mocks.scheduler.daily.jobs import DailyJob, DailySchedule
from harness.mocks.scheduler.running.context import Context

_LAST_MOMENT_NS = 59_000_000_000
"""Cron looks once a minute at what is due, and never back."""


class Builder(Protocol):
    """What makes the jobs of a schedule, and keeps how it stands."""

    def add(self, master: MasterJob, schedule: DailySchedule) -> DailyJob:
        """Put a job of a master into a schedule."""

    def keep(self, schedule: DailySchedule) -> None:
        """Keep how a schedule stands in the journal."""


def build(context: Context, builder: Builder) -> None:
    """Build the night: one schedule for each moment at which something starts, in the order of the crontab."""
    plan = context.plan
    due: list[tuple[int, int, MasterJob]] = []
    for master in plan.jobs:
        # Of two times that the clocks have skipped, both are made up for in one moment.
        for at_ns, same in groupby(master.cron.starts_ns if master.cron else ()):
            due += [(at_ns, turn, master) for turn, _ in enumerate(same)]
    moments = groupby(sorted(due, key=itemgetter(0, 1)), key=itemgetter(0, 1))
    for instance, ((at_ns, _), together) in enumerate(moments, 1):
        schedule = DailySchedule(plan.chain, plan.date, at_ns, instance=instance)
        schedule.latest_start_ns = at_ns + _LAST_MOMENT_NS
        context.daily.add_schedule(schedule)
        for _, _, master in together:
            builder.add(master, schedule)
        builder.keep(schedule)
    idle = {master.job: "no time of this night" for master in plan.jobs if not (master.cron and master.cron.starts_ns)}
    if idle:
        jobs = [master.job for master in plan.jobs if master.job not in idle]
        context.recorder.record("info", "build", {"date": plan.date, "jobs": jobs, "left_out": idle})


def mail(context: Context, job: DailyJob) -> None:
    """Mail what a command has printed, as cron does when it ends; without output or an address there is no mail."""
    cron = job.master.cron
    if cron is None or not cron.mail_to or not job.attempts:
        return
    size, last = job.attempts[-1].printed()
    if size:
        value = {"to": cron.mail_to, "job": job.name, "attempt": job.attempt, "bytes": size, "last": last}
        subject = f"Cron <{job.master.agent}> {job.master.command}"
        context.recorder.record("info", "mail", value | {"subject": subject})
