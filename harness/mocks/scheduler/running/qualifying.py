"""Whether a job may start, asked in OpCon's order, and what it waits for if not.

Latest start, start time, job dependencies, thresholds and resources, expression, machine. A job that must wait is put
down where the end of its wait will be noticed, and costs nothing until then.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from harness.contract.points import DEPENDENCY, START_TIME
from harness.contract.schedule import Rule
from harness.mocks.scheduler.daily.daily import DailyJob
from harness.mocks.scheduler.daily.expressions import ExpressionError, evaluate
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.timing.local_time import clock_time, span

if TYPE_CHECKING:
    from harness.mocks.scheduler.monitor import Engine

ASK_AGAIN_NS = 60_000_000_000
"""How long until a machine whose agent did not answer is asked again."""

CANNOT_RESTART_WAITING = "a job that has not started cannot be restarted"


class Qualifying:
    """Moves waiting jobs towards their start."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._night = engine.night

    def ask(self, job: DailyJob, moment_ns: int | None = None) -> None:
        """Start the job, or let it wait for the first thing in the way.

        ``moment_ns``: the alarm that woke it, which is not later than it says because a machine was slow.
        """
        place, job.waits_in = job.waits_in, None
        self.leave(job)
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

    def leave(self, job: DailyJob) -> None:
        """Take a job from where it waits."""
        if job.alarm is not None:
            self._night.agenda.cancel(job.alarm)
            job.alarm = None
        if job.waits_in is not None:
            job.waits_in.pop(job, None)
            job.waits_in = None
        job.detail = ""

    def starts_ns(self, job: DailyJob) -> int:
        """The first moment at which the job may start."""
        return max(job.order.at_ns or job.schedule.begins_ns, job.not_before_ns)

    def machine_away(self, job: DailyJob, why: str) -> None:
        """Nobody answered at the job's machine: ask again in a minute."""
        job.detail = f"its machine: {why}"
        self._wait(job, Status.WAIT_MACHINE, again_ns=time.time_ns() // 1_000_000 * 1_000_000 + ASK_AGAIN_NS, why=why)

    def miss(self, job: DailyJob) -> None:
        """The latest start has passed: the job does not run."""
        latest_ns = job.latest_start_ns
        assert latest_ns is not None, "only a job with a latest start can miss it"  # noqa: S101 - for the type checker
        cause = f"latest start {clock_time(latest_ns, self._night.order.timezone)} passed"
        if waits_for := self.waits_for(job):
            cause += f" while it waited for {waits_for}"
        elif job.last_cause:
            cause += " before it could be started again"
        if job.last_cause:
            cause += f"; before that: {job.last_cause}"
        self.leave(job)
        self._night.show(job, Status.MISSED_START_TIME)
        self._night.recorder.record("info", "missed", {"job": job.name}, error=cause)
        self._engine.endings.over(job, "missed_start", cause)

    def waits_for(self, job: DailyJob) -> str:
        """What a waiting job waits for, in words; nothing when it is only for its time."""
        if job.detail:
            return job.detail
        if time.time_ns() < self.starts_ns(job):
            return ""
        unmet = next((edge for edge in job.edges if not edge.met), None)
        return "" if unmet is None else str(unmet)

    # ---- late to start --------------------------------------------------------------------------------------

    def watch_for_late_start(self, job: DailyJob) -> None:
        """Late to Start: a flag on a job that has not started by then; it still may."""
        flagged_ns, agenda = job.order.late_to_start_ns, self._night.agenda
        begin_ns = flagged_ns if flagged_ns is not None else job.order.at_ns or job.schedule.begins_ns
        moments: list[tuple[int, Rule | None]] = [(begin_ns + rule.after_ns, rule) for rule in job.rules.of("late")]
        if flagged_ns is not None:
            moments.insert(0, (flagged_ns, None))
        # A flag that nobody acts on is none that the night must go on for.
        acts = self._night.order.operators or any(event.when == "late" for event in job.order.events)
        quiet = len(moments) == 1 and not acts
        for at_ns, rule in moments:
            if job.late and at_ns <= time.time_ns():
                continue  # flagged in an earlier life of the scheduler
            act = partial(self._late, job, at_ns, rule)
            job.lates.append(agenda.at(at_ns, act, rank=job.rank, quiet=quiet and rule is None))

    def forget_late_start(self, job: DailyJob) -> None:
        """It has started, or never will."""
        for entry in job.lates:
            self._night.agenda.cancel(entry)
        job.lates.clear()

    def _late(self, job: DailyJob, at_ns: int, rule: Rule | None) -> None:
        night = self._night
        start_ns = job.order.at_ns or job.schedule.begins_ns
        zone = night.order.timezone
        if job.order.late_to_start_ns is not None:
            cause = f"not started by {clock_time(at_ns, zone)}"
        else:
            cause = f"not started {span(at_ns - start_ns)} after its start time {clock_time(start_ns, zone)}"
        if job.status is Status.ON_HOLD or job.schedule.held:
            cause += ": it is on hold"
        elif waits_for := self.waits_for(job):
            cause += f": it waits for {waits_for}"
        if not job.late:
            job.late = True
            if job.status.waiting:
                night.show(job, Status.LATE_TO_START)
            self._engine.events.happened(job, "late")
        if rule is not None:
            night.act(job, rule, cause, refused=CANNOT_RESTART_WAITING if "restart" in rule.do else None)

    # ---- the questions, in order ----------------------------------------------------------------------------

    def _waits_for_time(self, job: DailyJob, now_ns: int) -> bool:
        start_ns, latest_ns = self.starts_ns(job), job.latest_start_ns
        if now_ns >= start_ns:
            for order in self._night.armory.act(START_TIME, job=job.name):
                job.not_before_ns = start_ns = max(start_ns, (job.order.at_ns or now_ns) + order.effect.delay_ns)
        if now_ns >= start_ns:
            return False
        self._show_waiting(job, Status.WAIT_START_TIME)
        if latest_ns is not None and latest_ns < start_ns:
            job.alarm = self._night.agenda.at(latest_ns, lambda: self.miss(job), rank=job.rank)
        else:
            job.alarm = self._night.agenda.at(start_ns, lambda: self.ask(job, start_ns), rank=job.rank)
        return True

    def _waits_for_jobs(self, job: DailyJob) -> bool:
        if not job.unmet:
            return False
        if self._night.armory.act(DEPENDENCY, job=job.name):
            self._engine.edges.ignore(job)
            return False
        conflict = all(edge.met or edge.dependency.kind == "conflict" for edge in job.edges)
        self._wait(job, Status.WAIT_JOB_CONFLICT if conflict else Status.WAIT_JOB_DEPENDENCY)
        return True

    def _waits_for_others(self, job: DailyJob) -> bool:
        """Thresholds, resources and the expression; and a job that is to be skipped goes no further than this."""
        if job.status is Status.TO_BE_SKIPPED:
            self._engine.finish(job, Status.SKIPPED, "skipped")
            return True
        order, shared = job.order, self._engine.shared
        if order.thresholds and (need := shared.threshold_unmet(job)) is not None:
            threshold = shared.thresholds.get(need.threshold)
            job.detail = f"the threshold {need.threshold} {need.operator} {need.value}"
            self._wait(job, Status.WAIT_THRESHOLD_RESOURCE, waiting=None if threshold is None else threshold.waiting)
            return True
        if order.resources and (short := shared.resource_short(job)) is not None:
            resource = shared.resources.get(short)
            job.detail = f"the resource {short}"
            self._wait(job, Status.WAIT_THRESHOLD_RESOURCE, waiting=None if resource is None else resource.waiting)
            return True
        if order.expression and (why := self._expression_unmet(job)) is not None:
            job.detail = why
            self._wait(job, Status.WAIT_EXPRESSION, waiting=shared.waiting_for_expressions)
            return True
        return False

    def _expression_unmet(self, job: DailyJob) -> str | None:
        expression = job.order.expression or ""
        try:
            value = evaluate(expression, lambda name: self._engine.property_of(job, name))
        except ExpressionError as error:
            return f"its expression, which cannot be evaluated: {error}"
        return None if value is True or str(value).lower() == "true" else f"its expression {expression}"

    def _ask_machine(self, job: DailyJob) -> None:
        machine = self._engine.shared.machines[job.order.agent]
        why = self._engine.machine_out(job)
        if why is not None:
            self.machine_away(job, why)
        elif (why := machine.why_not) is not None:
            job.detail = f"its machine: {why}"
            self._wait(job, Status.WAIT_MACHINE, waiting=machine.waiting, why=why)
        else:
            self._engine.launcher.start(job)

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
            job.alarm = self._night.agenda.at(latest_ns, lambda: self.miss(job), rank=job.rank)
        elif again_ns is not None:
            job.alarm = self._night.agenda.at(again_ns, lambda: self.ask(job), rank=job.rank)

    def _show_waiting(self, job: DailyJob, status: Status, *, why: str | None = None) -> None:
        """A job that is to be skipped, or is late, shows that rather than what it waits for."""
        if status is not Status.WAIT_MACHINE:
            if job.status is Status.TO_BE_SKIPPED:
                return
            if job.late:
                status = Status.LATE_TO_START
        self._night.show(job, status, why=why)
