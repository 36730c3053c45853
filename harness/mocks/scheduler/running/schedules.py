"""Builds schedules into the Daily, opens them, adds jobs to them, and takes both out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as calendar_date
from typing import Any

from harness.contract.effects.scheduler import NotBuilt
from harness.contract.points import BUILD
from harness.contract.schedule import MasterJob
from harness.mocks.scheduler.daily.dependencies import Edges
from harness.mocks.scheduler.daily.frequency import why_not
from harness.mocks.scheduler.daily.jobs import DailyJob, DailySchedule
from harness.mocks.scheduler.daily.masters import on_day
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.running.candidates import Candidates
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.late_start import LateStartWatch
from harness.mocks.scheduler.running.retries_and_rules import Endings
from harness.mocks.scheduler.running.waiting import leave
from harness.mocks.scheduler.timing.local_time import days_between, on_another_day


class Schedules:
    """The schedules of the Daily, made of the plan's master jobs."""

    def __init__(
        self, context: Context, edges: Edges, candidates: Candidates, late_start: LateStartWatch, endings: Endings
    ) -> None:
        self._context = context
        self._daily = context.daily
        self._edges = edges
        self._candidates = candidates
        self._late_start = late_start
        self._endings = endings
        self.masters: dict[str, MasterJob] = {master.job: master for master in context.plan.jobs}
        self._ranks = {master.job: rank for rank, master in enumerate(context.plan.jobs)}
        self.begun = False
        """Whether the night has begun."""

    # ---- building -------------------------------------------------------------------------------------------

    def build(
        self,
        date: str,
        *,
        held: bool = False,
        properties: Mapping[str, str] | None = None,
        names: Sequence[str] | None = None,
    ) -> DailySchedule:
        """Build the schedule for a date: the jobs that their frequencies call for, or those of ``names``."""
        plan = self._context.plan
        days = days_between(plan.date, date)
        begins_ns = on_another_day(plan.begins_ns, days, plan.timezone) or plan.begins_ns
        schedule = DailySchedule(plan.chain, date, begins_ns, instance=self._daily.next_instance(date, 1))
        schedule.held = held
        schedule.properties |= properties or {}
        self._daily.add_schedule(schedule)
        left_out = {}
        for name, master in self.masters.items():
            why = why_not(master.frequency, calendar_date.fromisoformat(date), plan.calendars)
            if names is not None:
                why = None if name in names else "not asked for"
            if why is None:
                self.add(master, schedule, days)
            else:
                left_out[name] = why
        for job in list(schedule.jobs.values()):
            excluded = [one.job for one in job.master.of("exclude") if one.job in schedule.jobs]
            if excluded:
                left_out[job.name] = f"excluded by {excluded[0]}"
                self._daily.remove(job)
        for job in schedule.jobs.values():
            self._edges.connect(job)
        if left_out:
            value = {"date": date, "jobs": sorted(schedule.jobs), "left_out": left_out}
            self._context.recorder.record("info", "build", value)
        self.keep(schedule)
        return schedule

    def restore(self, id_: str, kept: Mapping[str, Any], jobs: Mapping[str, Any]) -> None:
        """Build a schedule as the journal tells of it; ``jobs`` is what it tells of all jobs."""
        plan = self._context.plan
        days = days_between(plan.date, kept["date"])
        schedule = DailySchedule(plan.chain, kept["date"], kept["begins_ns"], instance=kept["instance"])
        schedule.latest_start_ns = kept["latest_start_ns"]
        schedule.held, schedule.opened, schedule.by_hand = kept["held"], kept["opened"], kept["by_hand"]
        schedule.properties = kept["properties"]
        self._daily.add_schedule(schedule)
        for name, master in kept["jobs"].items():
            job = self._made(self.masters[master], schedule, days, name)
            told = jobs.get(f"{id_}|{name}")
            if told is not None:
                job.restore(told)
            self._daily.add(job)

    def add_job(self, schedule: DailySchedule, name: str, *, held: bool, properties: Mapping[str, str]) -> DailyJob:
        """Add a master job to a schedule that is built already; a duplicate gets a name of its own."""
        master, days = self.masters[name], days_between(self._context.plan.date, schedule.date)
        job = self.add(master, schedule, days, name=self._daily.free_name(schedule, name))
        job.properties |= properties
        if held:
            self._context.show(job, Status.ON_HOLD)
        for waiting in self._edges.connect(job):
            self._candidates.ask(waiting)
        self.keep(schedule)
        self._context.journal.keep_job(job)
        if schedule.opened:
            self._late_start.watch(job)
            self._candidates.ask(job)
        return job

    def add(self, master: MasterJob, schedule: DailySchedule, days: int = 0, *, name: str | None = None) -> DailyJob:
        """Put a job of a master into a schedule that begins so many days after the night's own."""
        job = self._made(master, schedule, days, name)
        self._daily.add(job)
        return job

    def _made(self, master: MasterJob, schedule: DailySchedule, days: int, name: str | None) -> DailyJob:
        moved = on_day(master, days, self._context.plan.timezone)
        job = DailyJob(moved, schedule, self._ranks[master.job], name)
        if moved.hold:
            job.status = Status.ON_HOLD
        return job

    def keep(self, schedule: DailySchedule) -> None:
        """Keep how a schedule stands in the journal."""
        jobs = {job.name: job.master.job for job in schedule.jobs.values()}
        kept: dict[str, object] = {"date": schedule.date, "instance": schedule.instance, "jobs": jobs}
        kept |= {"begins_ns": schedule.begins_ns, "latest_start_ns": schedule.latest_start_ns}
        kept |= {"held": schedule.held, "opened": schedule.opened, "by_hand": schedule.by_hand}
        self._context.journal.keep("schedule", schedule.id, kept | {"properties": schedule.properties})

    # ---- opening and taking out -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin the night: the faults of the build act, and the schedules that are due open."""
        self.begun = True
        self._context.journal.keep("begun", "", {"begun": True})
        for job in list(self._daily.jobs.values()):
            for order in self._context.armory.act(BUILD, job=job.name):
                if isinstance(order.effect, NotBuilt):
                    self.remove(job)
                    value = {"date": job.schedule.date, "left_out": {job.name: order.effect.left_out}}
                    self._context.recorder.record("info", "build", value)
                else:
                    self._context.show(job, Status.ON_HOLD)
        for schedule in self._daily.schedules.values():
            if schedule.date == self._context.plan.date:
                self.open(schedule)

    def open(self, schedule: DailySchedule) -> None:
        """Let the jobs of a schedule qualify."""
        if schedule.opened or not self.begun:
            return
        schedule.opened = True
        self.keep(schedule)
        for job in schedule.jobs.values():
            self._late_start.watch(job)
            self._candidates.ask(job)

    def remove(self, job: DailyJob) -> None:
        """Take a job out of the Daily."""
        leave(job, self._context.agenda)
        self._late_start.forget(job)
        self._endings.forget(job)
        self._candidates.remove(job)
        self._daily.remove(job)
        self._edges.disconnect(job)
        self.keep(job.schedule)

    def discard(self, schedule: DailySchedule) -> None:
        """Take a whole schedule out of the Daily."""
        for job in list(schedule.jobs.values()):
            self.remove(job)
        del self._daily.schedules[schedule.id]
        self._context.journal.keep("schedule", schedule.id, {})
