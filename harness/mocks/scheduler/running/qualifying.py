"""Whether a job may start, asked in OpCon's order, and what it waits for if not.

Latest start, start time, job dependencies, thresholds and resources, expression, machine. A job that must wait is put
down where the end of its wait will be noticed, and costs nothing until then.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.contract.points import DEPENDENCY, START_TIME
from harness.mocks.scheduler.daily.dependencies import Edges
from harness.mocks.scheduler.daily.expressions import ExpressionError, evaluate
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.properties import Properties
from harness.mocks.scheduler.daily.shared_resources import Shared
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.faults.machine_outage import takes_no_job
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.retries_and_rules import Endings
from harness.mocks.scheduler.running.waiting import ASK_AGAIN_NS, leave, starts_ns, waits_for
from harness.mocks.scheduler.timing.local_time import clock_time


class Qualifying:
    """Moves waiting jobs towards their start; ``start`` gets those that wait for nothing any more."""

    def __init__(
        self,
        context: Context,
        edges: Edges,
        shared: Shared,
        properties: Properties,
        endings: Endings,
        *,
        start: Callable[[DailyJob], None],
    ) -> None:
        self._context = context
        self._edges = edges
        self._shared = shared
        self._properties = properties
        self._endings = endings
        self._start = start

    def ask(self, job: DailyJob, moment_ns: int | None = None) -> None:
        """Start the job, or let it wait for the first thing in the way.

        ``moment_ns``: the alarm that woke it, which is not later than it says because a machine was slow.
        """
        place, job.waits_in = job.waits_in, None
        leave(job, self._context.agenda)
        if job.status.waiting and not job.starting and not job.schedule.held and job.schedule.opened:
            self._ask(job, moment_ns)
        if place is not None and job.waits_in is not place:
            place.pop(job, None)  # only now: who waits on in the same place keeps their turn

    def _ask(self, job: DailyJob, moment_ns: int | None) -> None:
        if job.forced:
            self._ask_machine(job)
            return
        now_ns = time.time_ns() if moment_ns is None else moment_ns
        latest_ns = job.latest_start_ns
        if latest_ns is not None and now_ns > latest_ns:
            self.miss(job)
        elif not (self._waits_for_time(job, now_ns) or self._waits_for_jobs(job) or self._waits_for_others(job)):
            self._ask_machine(job)

    def machine_away(self, job: DailyJob, why: str) -> None:
        """The job's machine has not answered: ask again in a minute."""
        job.detail = f"its machine: {why}"
        self._wait(job, Status.WAIT_MACHINE, again_ns=time.time_ns() // 1_000_000 * 1_000_000 + ASK_AGAIN_NS, why=why)

    def miss(self, job: DailyJob) -> None:
        """The latest start has passed: the job does not run."""
        latest_ns = job.latest_start_ns
        assert latest_ns is not None, "only a job with a latest start can miss it"  # noqa: S101 - for the type checker
        cause = f"latest start {clock_time(latest_ns, self._context.plan.timezone)} passed"
        if reason := waits_for(job):
            cause += f" while it waited for {reason}"
        elif job.last_cause:
            cause += " before it could be started again"
        if job.last_cause:
            cause += f"; before that: {job.last_cause}"
        leave(job, self._context.agenda)
        self._context.show(job, Status.MISSED_START_TIME)
        self._context.recorder.record("info", "missed", {"job": job.name}, error=cause)
        self._endings.ended(job, "missed_start", cause)

    # ---- the questions, in order ----------------------------------------------------------------------------

    def _waits_for_time(self, job: DailyJob, now_ns: int) -> bool:
        start_ns, latest_ns = starts_ns(job), job.latest_start_ns
        if now_ns >= start_ns:
            for order in self._context.armory.act(START_TIME, job=job.name):
                job.not_before_ns = start_ns = max(start_ns, (job.master.at_ns or now_ns) + order.effect.delay_ns)
        if now_ns >= start_ns:
            return False
        self._show_waiting(job, Status.WAIT_START_TIME)
        if latest_ns is not None and latest_ns < start_ns:
            job.alarm = self._context.agenda.at(latest_ns, lambda: self.miss(job), rank=job.rank)
        else:
            job.alarm = self._context.agenda.at(start_ns, lambda: self.ask(job, start_ns), rank=job.rank)
        return True

    def _waits_for_jobs(self, job: DailyJob) -> bool:
        if not job.unmet:
            return False
        if self._context.armory.act(DEPENDENCY, job=job.name):
            self._edges.ignore(job)
            return False
        conflict = all(edge.met or edge.dependency.kind == "conflict" for edge in job.edges)
        self._wait(job, Status.WAIT_JOB_CONFLICT if conflict else Status.WAIT_JOB_DEPENDENCY)
        return True

    def _waits_for_others(self, job: DailyJob) -> bool:
        """Thresholds, resources and the expression; and a job that is to be skipped goes no further than this."""
        if job.status is Status.TO_BE_SKIPPED:
            self._endings.finish(job, Status.SKIPPED, "skipped")
            return True
        master, shared = job.master, self._shared
        if master.thresholds and (need := shared.threshold_unmet(job)) is not None:
            threshold = shared.thresholds.get(need.threshold)
            job.detail = f"the threshold {need.threshold} {need.operator} {need.value}"
            self._wait(job, Status.WAIT_THRESHOLD_RESOURCE, waiting=None if threshold is None else threshold.waiting)
            return True
        if master.resources and (short := shared.resource_short(job)) is not None:
            resource = shared.resources.get(short)
            job.detail = f"the resource {short}"
            self._wait(job, Status.WAIT_THRESHOLD_RESOURCE, waiting=None if resource is None else resource.waiting)
            return True
        if master.expression and (why := self._expression_unmet(job)) is not None:
            job.detail = why
            self._wait(job, Status.WAIT_EXPRESSION, waiting=shared.waiting_for_expressions)
            return True
        return False

    def _expression_unmet(self, job: DailyJob) -> str | None:
        expression = job.master.expression or ""
        try:
            value = evaluate(expression, lambda name: self._properties.of_job(job, name))
        except ExpressionError as error:
            return f"its expression, which cannot be evaluated: {error}"
        return None if value is True or str(value).lower() == "true" else f"its expression {expression}"

    def _ask_machine(self, job: DailyJob) -> None:
        machine = self._shared.machines[job.master.agent]
        why = takes_no_job(self._context.armory, job.name, job.master.agent)
        if why is not None:
            self.machine_away(job, why)
        elif (why := machine.why_not) is not None:
            job.detail = f"its machine: {why}"
            self._wait(job, Status.WAIT_MACHINE, waiting=machine.waiting, why=why)
        else:
            self._start(job)

    # ---- waiting --------------------------------------------------------------------------------------------

    def _wait(
        self,
        job: DailyJob,
        status: Status,
        *,
        waiting: dict[DailyJob, None] | None = None,
        again_ns: int | None = None,
        why: str | None = None,
    ) -> None:
        self._show_waiting(job, status, why=why)
        if waiting is not None:
            waiting.setdefault(job)
            job.waits_in = waiting
        latest_ns = None if job.forced else job.latest_start_ns
        if latest_ns is not None and (again_ns is None or latest_ns <= again_ns):
            job.alarm = self._context.agenda.at(latest_ns, lambda: self.miss(job), rank=job.rank)
        elif again_ns is not None:
            job.alarm = self._context.agenda.at(again_ns, lambda: self.ask(job), rank=job.rank)

    def _show_waiting(self, job: DailyJob, status: Status, *, why: str | None = None) -> None:
        """A job that is to be skipped, or is late, shows that rather than what it waits for."""
        if status is not Status.WAIT_MACHINE:
            if job.status is Status.TO_BE_SKIPPED:
                return
            if job.late:
                status = Status.LATE_TO_START
        self._context.show(job, status, why=why)
