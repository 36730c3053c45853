"""What follows the end of a run: retries, recurrence, and the rules that restart, page and mark."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from harness.contract.schedule import Rule
from harness.mocks.scheduler.daily.daily import DailyJob
from harness.mocks.scheduler.daily.status import Status

if TYPE_CHECKING:
    from harness.mocks.scheduler.monitor import Engine

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
        retry = job.order.retry_on_failure
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
                job.pending.append([job.rules.index(rule), when, cause, ended_ns + rule.after_ns])
                self._later(job, *job.pending[-1])
            else:
                self._act(job, rule, when, cause)
        if job.pending:
            self._night.journal.keep_job(job)

    def resume(self, job: DailyJob) -> None:
        """Take up what the rules were still to do when the scheduler ended."""
        for number, when, cause, at_ns in job.pending:
            self._later(job, number, when, cause, at_ns)

    def _later(self, job: DailyJob, number: int, when: str, cause: str, at_ns: int) -> None:
        act = partial(self._act_later, job, number, when, cause)
        job.follow_ups.append(self._night.agenda.at(at_ns, act, rank=job.rank))

    def _act_later(self, job: DailyJob, number: int, when: str, cause: str) -> None:
        job.pending = [one for one in job.pending if one[0] != number]
        self._act(job, job.rules.at(number), when, cause)

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
        job.pending = []

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
