"""The scheduler's engine: it builds the Daily, moves its jobs from event to event, and knows when all is done.

No job has a task of its own. What may move a job (a moment, the end of another, a slot, a client) puts it on the list
of those to be asked, and `turn` asks them; a job that must wait is found again by what it waits for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date as calendar_date
from functools import partial
from typing import Any

from harness.contract.effects.scheduler import MachineOut, NotBuilt, RunningJob
from harness.contract.points import BUILD, DISK, MACHINE, STARTED
from harness.contract.schedule import MasterJob
from harness.mocks.core.armed import Armed
from harness.mocks.scheduler.daily.daily import DailyJob, DailySchedule
from harness.mocks.scheduler.daily.dependencies import Edges
from harness.mocks.scheduler.daily.expressions import Properties
from harness.mocks.scheduler.daily.frequency import why_not
from harness.mocks.scheduler.daily.masters import on_day
from harness.mocks.scheduler.daily.shared_resources import Shared
from harness.mocks.scheduler.daily.status import EVENTS_OF, RUNNING, Status
from harness.mocks.scheduler.outside.opcon_events import Events
from harness.mocks.scheduler.outside.operators import Operators
from harness.mocks.scheduler.running.context import Night
from harness.mocks.scheduler.running.endings import Endings
from harness.mocks.scheduler.running.launcher import Launcher
from harness.mocks.scheduler.running.orphans import left_behind
from harness.mocks.scheduler.running.qualifying import Qualifying
from harness.mocks.scheduler.running.runs import Runs
from harness.mocks.scheduler.timing.local_time import days_between, on_another_day

AT_ONCE = 200
"""So many jobs are asked before the event loop may do something else: clients wait no longer than that takes."""


class Engine:
    """All jobs of one night, and those that clients have built beside them."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.daily = night.daily
        self.edges = Edges(night.daily)
        self.shared = Shared(night.order.thresholds, night.order.resources)
        self.properties = Properties(night.order.properties)
        self.masters: dict[str, MasterJob] = {order.job: order for order in night.order.jobs}
        self.ranks = {order.job: rank for rank, order in enumerate(night.order.jobs)}
        self.events = Events(self)
        self.operators = Operators(self, night.order.operators)
        self.qualifying = Qualifying(self)
        self.runs = Runs(self)
        self.endings = Endings(self)
        self.launcher = Launcher(self)
        self.active = False
        """Whether the night has begun."""
        self.alive = True
        self.kept_tokens: dict[str, dict[str, Any]] = {}
        self.kept_actions: list[dict[str, Any]] = []
        """What an earlier life of the scheduler has issued, and has told its clients to ask about."""
        self._asked: dict[DailyJob, None] = {}
        self._revision = self._told_revision = 0
        for order in night.order.jobs:
            self.shared.add_machine(order.agent, night.order.maximum_jobs)

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
        order = self.night.order
        days = days_between(order.date, date)
        begins_ns = on_another_day(order.begins_ns, days, order.timezone) or order.begins_ns
        schedule = DailySchedule(order.chain, date, begins_ns, instance=self.daily.next_instance(date, 1))
        schedule.held = held
        schedule.properties |= properties or {}
        self.daily.add_schedule(schedule)
        left_out = {}
        for name, master in self.masters.items():
            why = why_not(master.frequency, calendar_date.fromisoformat(date), order.calendars)
            if names is not None:
                why = None if name in names else "not asked for"
            if why is None:
                self.add(master, schedule, days)
            else:
                left_out[name] = why
        for job in list(schedule.jobs.values()):
            excluded = [one.job for one in job.order.of("exclude") if one.job in schedule.jobs]
            if excluded:
                left_out[job.name] = f"excluded by {excluded[0]}"
                self.daily.remove(job)
        for job in schedule.jobs.values():
            self.edges.connect(job)
        if left_out:
            value = {"date": date, "jobs": sorted(schedule.jobs), "left_out": left_out}
            self.night.recorder.record("info", "build", value)
        self.night.journal.keep("schedule", schedule.id, self.kept(schedule))
        return schedule

    def add_job(self, schedule: DailySchedule, name: str, *, held: bool, properties: Mapping[str, str]) -> DailyJob:
        """Add a master job to a schedule that is built already; a duplicate gets a name of its own."""
        master, days = self.masters[name], days_between(self.night.order.date, schedule.date)
        job = self.add(master, schedule, days, name=self.daily.free_name(schedule, name))
        job.properties |= properties
        if held:
            self.night.show(job, Status.ON_HOLD)
        for waiting in self.edges.connect(job):
            self.ask(waiting)
        self.night.journal.keep("schedule", schedule.id, self.kept(schedule))
        self.night.journal.keep_job(job)
        if schedule.opened:
            self.qualifying.watch_for_late_start(job)
            self.ask(job)
        return job

    def remove(self, job: DailyJob) -> None:
        """Take a job out of the Daily."""
        self.qualifying.leave(job)
        self.qualifying.forget_late_start(job)
        self.endings.forget(job)
        self._asked.pop(job, None)
        self.daily.remove(job)
        self.edges.disconnect(job)
        self.night.journal.keep("schedule", job.schedule.id, self.kept(job.schedule))

    def discard(self, schedule: DailySchedule) -> None:
        """Take a whole schedule out of the Daily."""
        for job in list(schedule.jobs.values()):
            self.remove(job)
        del self.daily.schedules[schedule.id]
        self.night.journal.keep("schedule", schedule.id, {})

    def add(self, master: MasterJob, schedule: DailySchedule, days: int = 0, *, name: str | None = None) -> DailyJob:
        """Put a job of a master into a schedule that begins so many days after the night's own."""
        order = on_day(master, days, self.night.order.timezone)
        job = DailyJob(order, schedule, self.ranks[master.job], name)
        if order.hold:
            job.status = Status.ON_HOLD
        self.daily.add(job)
        return job

    @staticmethod
    def kept(schedule: DailySchedule) -> dict[str, object]:
        """What the journal keeps of a schedule."""
        jobs = {job.name: job.order.job for job in schedule.jobs.values()}
        kept: dict[str, object] = {"date": schedule.date, "instance": schedule.instance, "jobs": jobs}
        kept |= {"begins_ns": schedule.begins_ns, "latest_start_ns": schedule.latest_start_ns}
        kept |= {"held": schedule.held, "opened": schedule.opened, "by_hand": schedule.by_hand}
        return kept | {"properties": schedule.properties}

    # ---- the night ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin the night: the faults of the build act, and the schedules that are due open."""
        self.active, self._revision = True, 1
        self.night.journal.keep("begun", "", {"begun": True})
        for job in list(self.daily.jobs.values()):
            for order in self.night.armory.act(BUILD, job=job.name):
                if isinstance(order.effect, NotBuilt):
                    self.remove(job)
                    value = {"date": job.schedule.date, "left_out": {job.name: order.effect.left_out}}
                    self.night.recorder.record("info", "build", value)
                else:
                    self.night.show(job, Status.ON_HOLD)
        for schedule in self.daily.schedules.values():
            if schedule.date == self.night.order.date:
                self.open(schedule)
        self.turn()

    def open(self, schedule: DailySchedule) -> None:
        """Let the jobs of a schedule qualify."""
        if schedule.opened or not self.active:
            return
        schedule.opened = True
        self.night.journal.keep("schedule", schedule.id, self.kept(schedule))
        for job in schedule.jobs.values():
            self.qualifying.watch_for_late_start(job)
            self.ask(job)

    def turn(self) -> None:
        """Ask all jobs that something has happened for, and see whether the night is complete."""
        asked = 0
        while self._asked and self.alive:
            job = next(iter(self._asked))
            del self._asked[job]
            self.qualifying.ask(job)
            asked += 1
            if asked == AT_ONCE and self._asked:
                self.night.agenda.at(0, lambda: None)  # an alarm asks the others
                return
        if self.active and self.alive and self.quiet and self._told_revision != self._revision:
            self._told_revision = self._revision
            self.record_end(complete=True)
            self.night.clock.stop("complete")

    @property
    def quiet(self) -> bool:
        """Whether nothing more can happen, unless somebody acts from outside."""
        night = self.night
        running = any(self.daily.by_status[status] for status in RUNNING)
        return not (running or self._asked or night.agenda.pending) and self.launcher.idle and night.pager.idle

    def ask(self, job: DailyJob) -> None:
        """Have a job asked whether it may start now."""
        self._revision += 1
        self._asked[job] = None

    def became(self, job: DailyJob) -> None:
        """Something has become of a job: those whose dependencies are met by it are asked."""
        self._revision += 1
        if job.successors:
            for successor in self.edges.freed(job):
                self.ask(successor)

    def finish(self, job: DailyJob, status: Status, when: str = "", cause: str = "", *, restart: bool = False) -> None:
        """A job ends with a status: its slot is free, its events fire, its successors are asked, its rules act."""
        self.gave_back(job)
        self.qualifying.leave(job)
        self.qualifying.forget_late_start(job)
        job.starting = job.forced = False
        if job.order.events and status in EVENTS_OF:
            self.night.show(job, EVENTS_OF[status])
        self.night.show(job, status)
        self.became(job)
        if when:
            self.endings.over(job, when, cause, restart=restart)

    def gave_back(self, job: DailyJob) -> None:
        """A job needs its slot and its resources no longer."""
        for waiting in self.shared.give_back(job):
            self.ask(waiting)

    def machine_out(self, job: DailyJob, *, ends: bool = False) -> str | None:
        """Why a fault lets the job's machine take no job now; or (``ends``) tell of none that has ended."""
        now_ns, machine = time.time_ns(), job.order.agent

        def out(order: Armed[MachineOut]) -> bool:
            flap_ns = order.effect.flap_ns
            return not flap_ns or (now_ns - order.since_ns) // flap_ns % 2 == 0

        if ends:
            acting = self.night.armory.would_act(MACHINE, job=job.name, machine=machine)
            return next((one.effect.why for one in acting if out(one) and not one.effect.tells), None)
        acting = self.night.armory.act(MACHINE, out, job=job.name, machine=machine)
        return next((one.effect.why for one in acting), None)

    def property_of(self, job: DailyJob, name: str) -> str | None:
        """The value of a token: the job's own, its schedule's, OpCon's own names, the global one."""
        own = {"$JOB NAME": job.name, "$SCHEDULE NAME": job.schedule.name, "$SCHEDULE DATE": job.schedule.date}
        return self.properties.find(name, job.properties, job.schedule.properties, own)

    # ---- the end of the night, and what the harness asks ----------------------------------------------------

    def record_end(self, *, complete: bool) -> None:
        """Record how every job stands."""
        jobs: dict[str, str] = {}
        for job in self.daily.jobs.values():
            first = next(self.daily.named(job.name, date=self.night.order.date), None)
            jobs[job.name if job is first else job.id] = job.status.text
        self.night.recorder.record("info", "schedule", {"complete": complete, "jobs": jobs})

    def settle(self) -> None:
        """The night is over: what has not been said of its end is said now."""
        self.record_left_behind()
        if self._told_revision != self._revision or not self.active:
            self.record_end(complete=False)

    def record_left_behind(self) -> None:
        """Record whose processes are still there although the job has ended."""
        there = left_behind()
        for name in self.daily.by_name:
            if name in there and all(job.running is None for job in self.daily.named(name)):
                self.night.recorder.record("info", "left_behind", {"job": name})

    def stop(self) -> None:
        """Do nothing more, and end what still runs of every job."""
        self.alive = False
        self.launcher.stop()
        self.night.pager.stop()
        self.night.agenda.clear()
        for job in self.daily.jobs.values():
            job.end_processes()

    def fired(self, order: Armed[Any]) -> None:
        """A fault of a running job was set off by its event: return when it has acted."""
        for job in self.daily.jobs.values():
            if job.running is not None and job.running.alive and order.concerns(STARTED, {"job": job.name}):
                applies = partial(_applies, job, order)
                for acting in self.night.armory.act(STARTED, applies, job=job.name):
                    self.runs.apply_fault(job.running, acting.effect)

    def disarmed(self, order: Armed[Any]) -> None:
        """A fault of a running job was taken out: what it froze goes on, and the disk that it spoiled is whole."""
        for job in self.daily.jobs.values():
            if order.point is DISK:
                for attempt in job.attempts:
                    attempt.mend(order)
            if job.running is not None and order.concerns(STARTED, {"job": job.name}):
                job.running.thaw()


def _applies(job: DailyJob, fired: Armed[Any], order: Armed[RunningJob]) -> bool:
    return order is fired and job.use_up(order)
