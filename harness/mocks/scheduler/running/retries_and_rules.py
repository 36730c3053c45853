"""The end of a job: retries, recurrence, and the rules that restart, page and mark."""

from __future__ import annotations

import time

from harness.contract.schedule import Rule
from harness.mocks.scheduler.daily.dependencies import Edges
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.status import EVENTS_OF, Status
from harness.mocks.scheduler.running.candidates import Candidates
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.deferred_rules import DeferredRules
from harness.mocks.scheduler.running.late_start import LateStartWatch
from harness.mocks.scheduler.running.occurrences import Occurrences
from harness.mocks.scheduler.running.waiting import leave

_NO_RESTART = {
    "missed_start": "a job that missed its start time cannot be restarted, only started by hand",
    "finished_ok": "a job that finished OK is not restarted by a rule",
}


class Endings:
    """Decides what a job's end leads to; nothing else sees it before the last attempt."""

    def __init__(
        self,
        context: Context,
        edges: Edges,
        candidates: Candidates,
        occurrences: Occurrences,
        late_start: LateStartWatch,
    ) -> None:
        self._context = context
        self._edges = edges
        self._candidates = candidates
        self._occurrences = occurrences
        self._late_start = late_start
        self._rules = DeferredRules(context, self._act, lambda job: job.follow_ups)

    def run_finished(self, job: DailyJob) -> None:
        """A run has finished OK: the next one of a recurrence, or the job's end."""
        recurrence = job.master.recurrence
        job.runs += 1
        if recurrence is None or job.runs >= recurrence.runs:
            self.finish(job, Status.FINISHED_OK, "finished_ok", "")
            return
        since_ns = job.started_ns if recurrence.counted_from == "start" else job.ended_ns
        job.not_before_ns = (since_ns or time.time_ns()) + recurrence.every_ns
        self._again(job)

    def run_failed(self, job: DailyJob, cause: str, *, killed: bool, restart: bool) -> None:
        """A run has failed: Retry on Failure, for a job that failed by itself; else the job's end."""
        retry = job.master.retry_on_failure
        job.last_cause = cause
        if retry is None or killed or job.retries >= retry.attempts:
            self.finish(job, Status.FAILED, "failed", cause, restart=restart)
            return
        job.retries += 1
        job.not_before_ns = time.time_ns() + retry.every_ns
        self._context.show(job, Status.FAILED)
        self._again(job)

    def finish(self, job: DailyJob, status: Status, when: str = "", cause: str = "", *, restart: bool = False) -> None:
        """A job ends with a status: its slot is free, its events fire, its successors are asked, its rules act."""
        self._candidates.give_back(job)
        leave(job, self._context.agenda)
        self._late_start.forget(job)
        job.starting = job.forced = False
        if job.master.events and status in EVENTS_OF:
            self._context.show(job, EVENTS_OF[status])
        self._context.show(job, status)
        self._candidates.ask_successors(job)
        if when:
            self.ended(job, when, cause, restart=restart)

    def ended(self, job: DailyJob, when: str, cause: str, *, restart: bool = False) -> None:
        """The job has ended for good, as far as it goes by itself: the rules act."""
        if cause:
            job.last_cause = cause
        self._occurrences.happened(job, when)
        if restart:
            self.restart(job)
        else:
            self._rules.apply(job, when, cause, time.time_ns())

    def resume(self, job: DailyJob) -> None:
        """Take up what the rules were still to do when the scheduler ended."""
        self._rules.resume(job)

    def restart(self, job: DailyJob, *, forced: bool = False, held: bool = False, step: int = 1) -> None:
        """Qualify the job anew: all its dependencies again, or (forced) none of them."""
        self.forget(job)
        job.retries = job.runs = job.not_before_ns = 0
        job.forced, job.step = forced, step
        if held:
            self._context.show(job, Status.ON_HOLD)
        else:
            self._context.show(job, Status.FORCED if forced else Status.QUALIFYING)
        self._edges.again(job)
        self._candidates.ask_successors(job)
        self._candidates.ask(job)

    def forget(self, job: DailyJob) -> None:
        """Cancel what the rules were still to do, because a client or an operator has decided otherwise."""
        for entry in job.follow_ups:
            self._context.agenda.cancel(entry)
        job.follow_ups.clear()
        job.pending = []

    def _again(self, job: DailyJob) -> None:
        self._candidates.give_back(job)
        wait = job.not_before_ns > time.time_ns()
        self._context.show(job, Status.WAIT_START_TIME if wait else Status.QUALIFYING)
        self._edges.again(job)
        self._candidates.ask(job)

    def _act(self, job: DailyJob, rule: Rule, cause: str) -> None:
        job.follow_ups = [entry for entry in job.follow_ups if entry.act is not None]
        refused = _NO_RESTART.get(rule.when) if "restart" in rule.do else None
        self._context.apply_rule(job, rule, cause, refused=refused)
        if rule.restarts:
            self.restart(job)
