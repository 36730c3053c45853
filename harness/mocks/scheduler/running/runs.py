"""A job while it runs, and its end: max run time, late finish, kills, and what the exit code means."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any

from harness.contract.points import KILL, STARTED
from harness.contract.schedule import Rule
from harness.mocks.scheduler.daily.exit_codes import fails
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.faults.machine_outage import tells_no_end
from harness.mocks.scheduler.faults.wrong_end import told_code
from harness.mocks.scheduler.running import crontab
from harness.mocks.scheduler.running.agent import AgentLost
from harness.mocks.scheduler.running.attempt import Attempt
from harness.mocks.scheduler.running.candidates import Candidates
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.deferred_rules import DeferredRules
from harness.mocks.scheduler.running.file_arrival import FileWatch
from harness.mocks.scheduler.running.occurrences import Occurrences
from harness.mocks.scheduler.running.retries_and_rules import Endings
from harness.mocks.scheduler.running.waiting import ASK_AGAIN_NS
from harness.mocks.scheduler.timing.local_time import clock_time, span

ANSWER_WITHIN_NS = 5 * 60_000_000_000
"""OpCon's "minutes between checking running jobs": so long after a launch it asks what has become of the start."""


class Runs:
    """Follows every job from its launch to its end, and what that end is taken for.

    ``turn`` lets the scheduler go on when a job has ended by itself.
    """

    def __init__(
        self,
        context: Context,
        candidates: Candidates,
        occurrences: Occurrences,
        endings: Endings,
        *,
        turn: Callable[[], None],
    ) -> None:
        self._context = context
        self._candidates = candidates
        self._occurrences = occurrences
        self._endings = endings
        self._turn = turn
        self._rules = DeferredRules(context, self._act, lambda job: job.watches)
        self._files: dict[DailyJob, FileWatch] = {}

    # ---- the start ------------------------------------------------------------------------------------------

    def started(self, job: DailyJob, attempt: Attempt | None = None) -> None:
        """The agent has said that the job runs."""
        context = self._context
        job.started_ns, job.ended_ns, job.running, job.overran = time.time_ns(), None, attempt, False
        context.show(job, Status.JOB_RUNNING)
        if attempt is not None:
            for order in context.armory.act(STARTED, job.use_up, job=job.name):
                attempt.let_act(order.effect)
            attempt.freeze_and_crash.begin_thawed()
            attempt.begin_places()
        self.watch(job)
        self._candidates.ask_successors(job)

    def watch(self, job: DailyJob) -> None:
        """Notice when the running job passes its limits."""
        agenda, limit_ns, late_ns = self._context.agenda, job.master.max_run_time_ns, job.master.late_to_finish_ns
        if limit_ns and job.started_ns is not None and not job.overran:
            at_ns = job.started_ns + limit_ns
            job.watches.append(agenda.at(at_ns, lambda: self._overrun(job, at_ns, limit_ns), rank=job.rank))
        if late_ns is not None:
            job.watches.append(agenda.at(late_ns, lambda: self._late_to_finish(job, late_ns), rank=job.rank))

    def expect_start(self, job: DailyJob) -> None:
        """The job is launched, and the agent has not said that the job has started."""
        at_ns = time.time_ns() + ANSWER_WITHIN_NS
        job.watches.append(self._context.agenda.at(at_ns, lambda: self._still_attempting(job), rank=job.rank))

    def could_not_start(self, job: DailyJob, cause: str) -> None:
        """The agent could not start the job: an Initialization Error, which Retry on Failure never retries."""
        self._forget(job)
        self._context.show(job, Status.INITIALIZATION_ERROR)
        self._endings.finish(job, Status.INITIALIZATION_ERROR, "initialization_error", cause)

    def prerun_failed(self, job: DailyJob, code: int | AgentLost) -> None:
        """The pre-run did not end well: the job is not started, and fails."""
        if job.status is Status.PRERUN_ACTIVE:
            self._context.show(job, Status.PRERUN_FAILED)
            self._ended(job, code if isinstance(code, int) else 1, what="the pre-run: ")

    def watch_for_file(self, job: DailyJob) -> None:
        """Run a file-arrival job."""
        job.attempt = self._context.daily.next_attempt(job)
        self._context.recorder.record("invoke", "launch", {"job": job.name, "attempt": job.attempt})
        self._context.recorder.record("ok", "launch", {"job": job.name, "attempt": job.attempt})
        self.started(job)
        self._resume_file(job)

    def resume(self, job: DailyJob) -> None:
        """Take up the watch over a job that was running when the scheduler ended, and what its rules were yet to do."""
        self.watch(job)
        self._rules.resume(job)
        if job.master.file_arrival is not None:
            self._resume_file(job)

    # ---- while it runs --------------------------------------------------------------------------------------

    def kill(self, job: DailyJob, why: str, *, restart: bool = False) -> None:
        """Kill a running job; one whose kill does not succeed stays Job Running."""
        job.killed_for, job.restart_after_kill = why, restart
        self._context.show(job, Status.TO_BE_TERMINATED)
        if self._context.armory.act(KILL, job=job.name):
            job.killed_for, job.restart_after_kill = "", False
            error = "the agent could not end the job"
            self._context.recorder.record("fail", "kill", {"job": job.name, "attempt": job.attempt}, error=error)
            self._context.show(job, Status.JOB_RUNNING)
        elif (watch := self._files.get(job)) is not None:
            watch.end(-signal.SIGKILL)
        elif job.attempts and job.attempts[-1].alive:
            job.attempts[-1].signal(signal.SIGKILL)
        else:
            self.exited(job, -signal.SIGKILL)  # there is nothing left to end: its end was never told

    def _overrun(self, job: DailyJob, at_ns: int, limit_ns: int) -> None:
        """OpCon flags a job that passes its max run time, and leaves it running: only a rule ends it."""
        context, job.overran = self._context, True
        context.recorder.record("info", "overrun", {"job": job.name})
        context.journal.keep_job(job)
        cause = f"exceeded its max run time of {span(limit_ns)}"
        self._occurrences.happened(job, "exceeded_max_run_time")
        self._rules.apply(job, "exceeded_max_run_time", cause, at_ns)

    def _late_to_finish(self, job: DailyJob, at_ns: int) -> None:
        if job.status is Status.JOB_RUNNING:
            self._context.show(job, Status.LATE_TO_FINISH)
        self._occurrences.happened(job, "late_to_finish")
        timezone = self._context.plan.timezone
        self._rules.apply(job, "late_to_finish", f"not finished by {clock_time(at_ns, timezone)}", at_ns)

    def _still_attempting(self, job: DailyJob) -> None:
        self._context.show(job, Status.STILL_ATTEMPTING_START)
        self._occurrences.happened(job, "still_attempting_start")
        cause = f"its agent has not answered the order to start it for {span(ANSWER_WITHIN_NS)}"
        self._rules.apply(job, "still_attempting_start", cause, time.time_ns())

    def _act(self, job: DailyJob, rule: Rule, cause: str) -> None:
        refused = None if rule.restarts or "restart" not in rule.do else "a running job is not restarted: kill it"
        self._context.apply_rule(job, rule, cause, refused=refused)
        if "kill" in rule.do and job.status.running:
            self.kill(job, f"killed because it {cause}", restart=rule.restarts)
        elif "mark_failed" in rule.do and job.status.running:
            self.let_go(job)
            self._endings.finish(job, Status.MARKED_FAILED, "failed", cause, restart=rule.restarts)

    # ---- the end --------------------------------------------------------------------------------------------

    def ended(self, job: DailyJob, attempt: Attempt, code: int | AgentLost) -> None:
        """The agent says how a process has ended; one that the scheduler has let go is ignored."""
        attempt.repair_all_disks()
        if isinstance(code, AgentLost):
            if job.running is attempt:
                self._context.bug("schedule", code)
            return
        worked = {"job": job.name, "attempt": attempt.number, "cpu_ms": round(attempt.worked_ns / 1e6)}
        self._context.recorder.record("info", "work", worked)
        self._take_end(job, attempt, code)

    def _take_end(self, job: DailyJob, attempt: Attempt, code: int) -> None:
        """Take what the agent says, if it tells now."""
        if attempt.failure.never_told or job.running is not attempt:
            return
        if tells_no_end(self._context.armory, job.name, job.master.agent):
            # The agent tells of it when it is back.
            at_ns = time.time_ns() + ASK_AGAIN_NS
            job.watches.append(self._context.agenda.at(at_ns, lambda: self._take_end(job, attempt, code)))
            return
        told = told_code(self._context.armory, job.name, code)
        if told is None:
            job.running = None
            return
        self.exited(job, told)
        self._turn()

    def exited(self, job: DailyJob, code: int) -> None:
        """The job has ended so."""
        self._forget(job)
        self._ended(job, code)

    def lost(self, job: DailyJob) -> None:
        """The scheduler is back, and no agent knows of the job's process any more: it has failed."""
        self._forget(job)
        job.ended_ns = time.time_ns()
        cause = "lost: no agent knows of it since the scheduler was started again"
        value = {"job": job.name, "attempt": job.attempt}
        self._context.recorder.record("fail", "job", value, error=cause)
        self._endings.run_failed(job, cause, killed=False, restart=False)

    def let_go(self, job: DailyJob) -> None:
        """Watch no more what still runs of the job, because a client has said how it ended."""
        watch = self._files.pop(job, None)
        if watch is not None:
            watch.stop()
        self._forget(job)
        job.ended_ns = time.time_ns()

    def _ended(self, job: DailyJob, code: int, *, what: str = "") -> None:
        context = self._context
        job.ended_ns, job.last_exit = time.time_ns(), code
        job.schedule.ended_ns = job.ended_ns
        crontab.mail(context, job)
        value: dict[str, Any] = {"job": job.name, "attempt": job.attempt}
        value |= {"exit": code} if code >= 0 else {"signal": -code}
        if not what and code >= 0 and not fails(job.master.exit_codes, code):
            context.recorder.record("ok", "job", value)
            self._endings.run_finished(job)
            return
        how = f"exit {code}" if code >= 0 else f"killed by signal {-code} ({signal.Signals(-code).name})"
        last = "" if job.master.is_null or not job.attempts else job.attempts[-1].last_line()
        if job.master.file_arrival is not None and code > 0:
            last = FileWatch.MEANS.get(code, "")
        context.recorder.record("fail", "job", value, error=last or how)
        if not job.master.is_null and job.attempts and (lines := job.attempts[-1].last_lines()):
            context.recorder.record("info", "output", {"job": job.name, "attempt": job.attempt, "lines": lines})
        cause = ": ".join(part for part in (job.killed_for, f"{what}{how}", last) if part)
        killed, restart = bool(job.killed_for), job.restart_after_kill
        job.killed_for, job.restart_after_kill = "", False
        self._endings.run_failed(job, cause, killed=killed, restart=restart)

    def _resume_file(self, job: DailyJob) -> None:
        arrival = job.master.file_arrival
        assert arrival is not None, "only a file-arrival job watches for one"  # noqa: S101 - for the type checker

        def ended(code: int) -> None:
            self._files.pop(job, None)
            self.exited(job, code)
            self._turn()

        self._files[job] = FileWatch(arrival, self._context.agenda, ended, found=lambda name: self._found(job, name))
        self._files[job].begin()

    def _found(self, job: DailyJob, name: str) -> None:
        job.properties["FileArrival"] = name

    def _forget(self, job: DailyJob) -> None:
        job.running = None
        for entry in job.watches:
            self._context.agenda.cancel(entry)
        job.watches.clear()
        job.pending = []
