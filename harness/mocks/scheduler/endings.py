"""What follows the end of a run: retries, recurrence, and the rules that restart, page and mark."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from harness.mocks.scheduler.daily import DailyJob
from harness.mocks.scheduler.orders import Rule
from harness.mocks.scheduler.status import Status

if TYPE_CHECKING:
    from harness.mocks.scheduler.engine import Engine

_NO_RESTART = {
    "missed_start": "a job that missed its start time cannot be restarted, only started by hand",
    "finished_ok": "a job that finished OK is not restarted by a rule",
}


class Endings:
    """Decides what a job's end leads to; nothing else sees it before the last attempt."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._night = engine.night

    def run_finished(self, job: DailyJob) -> None:
        """A run has finished OK: the next one of a recurrence, or the job's end."""
        recurrence = job.order.recurrence
        job.runs += 1
        if recurrence is None or job.runs >= recurrence.runs:
            self._engine.finish(job, Status.FINISHED_OK, "finished_ok", "")
            return
        since_ns = job.started_ns if recurrence.counted_from == "start" else job.ended_ns
        job.not_before_ns = (since_ns or time.time_ns()) + recurrence.every_ns
        self._again(job)

    def run_failed(self, job: DailyJob, cause: str, *, killed: bool, restart: bool) -> None:
        """A run has failed: Retry on Failure, for a job that failed by itself; else the job's end."""
        retry = job.order.retry
        job.last_cause = cause
        if retry is None or killed or job.retries >= retry.attempts:
            self._engine.finish(job, Status.FAILED, "failed", cause, restart=restart)
            return
        job.retries += 1
        job.not_before_ns = time.time_ns() + retry.every_ns
        self._night.show(job, Status.FAILED)
        self._again(job)

    def over(self, job: DailyJob, when: str, cause: str, *, restart: bool = False) -> None:
        """The job has ended for good, as far as it goes by itself: the rules act."""
        if cause:
            job.last_cause = cause
        self._engine.events.happened(job, when)
        if restart:
            self.restart(job)
            return
        ended_ns = time.time_ns()
        for rule in job.rules.due(when):
            if rule.after_ns:
                act = partial(self._act, job, rule, when, cause)
                job.follow_ups.append(self._night.agenda.at(ended_ns + rule.after_ns, act, rank=job.rank))
            else:
                self._act(job, rule, when, cause)

    def restart(self, job: DailyJob, *, forced: bool = False, held: bool = False, step: int = 1) -> None:
        """Qualify the job anew: all its dependencies again, or (forced) none of them."""
        self.forget(job)
        job.retries = job.runs = job.not_before_ns = 0
        job.forced, job.step = forced, step
        if held:
            self._night.show(job, Status.ON_HOLD)
        else:
            self._night.show(job, Status.FORCED if forced else Status.QUALIFYING)
        self._engine.edges.again(job)
        self._engine.became(job)
        self._engine.ask(job)

    def forget(self, job: DailyJob) -> None:
        """Somebody has decided otherwise: what the rules were still to do is void."""
        for entry in job.follow_ups:
            self._night.agenda.cancel(entry)
        job.follow_ups.clear()

    def _again(self, job: DailyJob) -> None:
        self._engine.gave_back(job)
        wait = job.not_before_ns > time.time_ns()
        self._night.show(job, Status.WAIT_START_TIME if wait else Status.QUALIFYING)
        self._engine.edges.again(job)
        self._engine.ask(job)

    def _act(self, job: DailyJob, rule: Rule, when: str, cause: str) -> None:
        job.follow_ups = [entry for entry in job.follow_ups if entry.act is not None]
        self._night.act(job, rule, cause, refused=_NO_RESTART.get(when) if "restart" in rule.do else None)
        if rule.restarts:
            self.restart(job)
