"""The night's schedule: each job's life from its qualification to the last rule that acts on its end."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from harness.mocks.armed import Order
from harness.mocks.scheduler.agent import AgentAway
from harness.mocks.scheduler.attempt import Attempt
from harness.mocks.scheduler.daily import DailyJob, Ended
from harness.mocks.scheduler.leavings import left_behind
from harness.mocks.scheduler.moments import clock_time, span
from harness.mocks.scheduler.night import Night
from harness.mocks.scheduler.orders import Rule
from harness.mocks.scheduler.status import Status

_MINUTE_NS = 60_000_000_000
_NO_RESTART = {
    "missed_start": "a job that missed its start time cannot be restarted, only started by hand",
    "late": "a job that has not started cannot be restarted",
}


class Schedule:
    """All jobs of one night. `run` lives them side by side, and returns when nothing more can happen."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.jobs = {order.job: DailyJob(order, rank) for rank, order in enumerate(night.order.jobs)}
        self.end_recorded = False

    async def run(self) -> None:
        """Live the night, record its end, and stop the clock."""
        async with asyncio.TaskGroup() as lives:
            for job in self.jobs.values():
                lives.create_task(self._live(job))
                for rule in job.rules.of("late"):
                    lives.create_task(self._watch_for_late_start(job, rule))
        self.record_end(complete=True)
        self.night.clock.stop("complete")

    def record_end(self, *, complete: bool) -> None:
        """Record how every job stands, once."""
        if self.end_recorded:
            return
        self.end_recorded = True
        jobs = {job.name: job.status.text for job in self.jobs.values()}
        self.night.recorder.record("info", "schedule", {"complete": complete, "jobs": jobs})

    def record_left_behind(self) -> None:
        """Record whose processes are still there although the job has ended."""
        there = left_behind()
        for job in self.jobs.values():
            if job.running is None and job.name in there:
                self.night.recorder.record("info", "left_behind", {"job": job.name})

    def end_processes(self) -> None:
        """End what still runs of every job."""
        for job in self.jobs.values():
            job.end_processes()

    def fired(self, order: Order) -> None:
        """A fault of a running job was set off by its event: return when it has acted."""
        for job in self.jobs.values():
            if job.running is not None and job.running.alive and order.concerns("started", {"job": job.name}):
                bites = partial(_bites, job, order)
                for effect in self.night.armory.strike("started", bites, job=job.name):
                    job.running.freeze(effect)

    def disarmed(self, order: Order) -> None:
        """A fault of a running job was taken out: what it froze goes on, and the disk that it spoiled is whole."""
        for job in self.jobs.values():
            if job.running is not None and order.point == "disk":
                job.running.mend(order)
            if job.running is not None and order.concerns("started", {"job": job.name}):
                job.running.thaw()

    # ---- a job's life ---------------------------------------------------------------------------------------

    async def _live(self, job: DailyJob) -> None:
        while True:
            ended = await self._turn(job)
            if ended is None:
                return job.close(finished_ok=False)
            if ended.when == "finished_ok":
                return job.close(finished_ok=True)
            job.last_cause = ended.cause
            if not (self._retried(job, ended) or await self._ruled(job, ended)):
                return job.close(finished_ok=False)

    def _retried(self, job: DailyJob, ended: Ended) -> bool:
        """Retry on Failure: for a job that failed by itself, never for one that could not be started."""
        retry = job.order.retry
        if retry is None or ended.when != "failed" or ended.killed or job.retries >= retry.attempts:
            return False
        job.retries += 1
        job.not_before_ns = time.time_ns() + retry.every_ns
        return True

    async def _ruled(self, job: DailyJob, ended: Ended) -> bool:
        """Let the rules act on a job's end; whether one of them starts it again."""
        night, ended_ns = self.night, time.time_ns()
        restart = ended.restart
        for rule in [] if restart else job.rules.due(ended.when):
            await night.agenda.until(ended_ns + rule.after_ns, rank=job.rank)
            refused = _NO_RESTART.get(ended.when) if "restart" in rule.do else None
            await night.act(job, rule, ended.cause, refused=refused)
            restart = restart or rule.restarts
        if restart:
            job.retries = 0
            night.show(job, Status.QUALIFYING)
        return restart

    async def _turn(self, job: DailyJob) -> Ended | None:
        """Qualify and run a job once, as OpCon asks: latest start, start time, dependencies, machine.

        None: it waits for a job that will never finish OK, and nothing will end that wait.
        """
        night, order, latest_ns = self.night, job.order, job.order.latest_start_ns
        job.waits_for = ""
        if latest_ns is not None and time.time_ns() >= latest_ns:
            return self._missed(job)

        start_ns = max(order.at_ns or night.order.begins_ns, job.not_before_ns)
        if time.time_ns() < start_ns:
            night.show(job, Status.WAIT_START_TIME)
            if latest_ns is not None and latest_ns < start_ns:
                await night.agenda.until(latest_ns, rank=job.rank)
                return self._missed(job)
            await night.agenda.until(start_ns, rank=job.rank)

        for name in order.after:
            predecessor = self.jobs[name]
            if predecessor.final.done() and predecessor.final.result():
                continue
            job.waits_for = name
            night.show(job, Status.WAIT_JOB_DEPENDENCY)
            if await night.agenda.until(latest_ns, rank=job.rank, unless=predecessor.final):
                return self._missed(job)
            if not predecessor.final.result():
                job.waits_for = f"{name}, which ended with {predecessor.status.text}"
                if latest_ns is None:
                    return None
                await night.agenda.until(latest_ns, rank=job.rank)
                return self._missed(job)
        return await self._launch(job)

    async def _launch(self, job: DailyJob) -> Ended:
        """Find the job's machine and run it there; a machine that is away is asked again every minute."""
        night, latest_ns = self.night, job.order.latest_start_ns
        asked_ns = time.time_ns()
        while True:
            attempt = Attempt(night, job)
            try:
                connection = await attempt.connect()
            except AgentAway as away:
                if not attempt.agent_is_away:
                    raise
                job.waits_for = f"its machine: the agent is away: {away}"
                night.show(job, Status.WAIT_MACHINE, why=f"the agent is away: {away}")
            else:
                return await attempt.run(connection)
            asked_ns += _MINUTE_NS
            await night.agenda.until(asked_ns if latest_ns is None else min(asked_ns, latest_ns), rank=job.rank)
            if latest_ns is not None and time.time_ns() >= latest_ns:
                return self._missed(job)

    # ---- late and missed starts -----------------------------------------------------------------------------

    def _missed(self, job: DailyJob) -> Ended:
        latest_ns = job.order.latest_start_ns
        assert latest_ns is not None, "only a job with a latest start can miss it"  # noqa: S101 - for the type checker
        cause = f"latest start {clock_time(latest_ns, self.night.order.timezone)} passed"
        if job.waits_for:
            cause += f" while it waited for {job.waits_for}"
        elif job.last_cause:
            cause += " before it could be started again"
        if job.last_cause:
            cause += f"; before that: {job.last_cause}"
        self.night.show(job, Status.MISSED_START_TIME)
        self.night.recorder.record("info", "missed", {"job": job.name}, error=cause)
        return Ended("missed_start", cause)

    async def _watch_for_late_start(self, job: DailyJob, rule: Rule) -> None:
        """Late to Start: a flag on a job that has not started so long after its start time; it still may."""
        night = self.night
        start_ns = job.order.at_ns or night.order.begins_ns
        if await night.agenda.until(start_ns + rule.after_ns, rank=job.rank, unless=job.begun):
            cause = (
                f"not started {span(rule.after_ns)} after its start time {clock_time(start_ns, night.order.timezone)}"
            )
            if job.waits_for:
                cause += f": it waits for {job.waits_for}"
            night.show(job, Status.LATE_TO_START)
            await night.act(job, rule, cause, refused=_NO_RESTART["late"] if "restart" in rule.do else None)


def _bites(job: DailyJob, fired: Order, order: Order) -> bool:
    return order is fired and job.bites(order)
