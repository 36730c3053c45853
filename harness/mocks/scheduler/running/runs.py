"""A job while it runs, and its end: max run time, late finish, kills, and what the exit code means."""

from __future__ import annotations

import signal
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.contract.effects.scheduler import Freeze, JobEnd, LostEnd, RunningJob, WrongEnd
from harness.contract.points import ENDED, KILL, STARTED
from harness.contract.schedule import Rule
from harness.mocks.scheduler.daily.daily import DailyJob
from harness.mocks.scheduler.daily.exit_codes import fails
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.running import crontab
from harness.mocks.scheduler.running.agent import AgentLost
from harness.mocks.scheduler.running.attempt import Attempt
from harness.mocks.scheduler.running.file_arrival import FileWatch
from harness.mocks.scheduler.running.launcher import CHECK_AGAIN_NS
from harness.mocks.scheduler.running.qualifying import ASK_AGAIN_NS
from harness.mocks.scheduler.timing.local_time import clock_time, span

if TYPE_CHECKING:
    from harness.mocks.scheduler.monitor import Engine


class Runs:
    """Follows every job from the order to start it to what its end is taken for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._night = engine.night
        self._files: dict[DailyJob, FileWatch] = {}

    # ---- the start ------------------------------------------------------------------------------------------

    def started(self, job: DailyJob, attempt: Attempt | None = None) -> None:
        """The agent has said that the job runs."""
        night = self._night
        job.started_ns, job.ended_ns, job.running, job.overran = time.time_ns(), None, attempt, False
        night.show(job, Status.JOB_RUNNING)
        if attempt is not None:
            for order in night.armory.act(STARTED, job.use_up, job=job.name):
                self.apply_fault(attempt, order.effect)
            attempt.begin_thawed()
        self.watch(job)
        self._engine.became(job)

    @staticmethod
    def apply_fault(attempt: Attempt, effect: RunningJob) -> None:
        """Let a fault act on a running job."""
        if isinstance(effect, Freeze):
            attempt.freeze(effect)
        else:
            attempt.crash(effect)

    def watch(self, job: DailyJob) -> None:
        """Notice when the running job passes its limits."""
        agenda, limit_ns, late_ns = self._night.agenda, job.order.max_run_time_ns, job.order.late_to_finish_ns
        if limit_ns and job.started_ns is not None and not job.overran:
            at_ns = job.started_ns + limit_ns
            job.watches.append(agenda.at(at_ns, lambda: self._overrun(job, at_ns, limit_ns), rank=job.rank))
        if late_ns is not None:
            job.watches.append(agenda.at(late_ns, lambda: self._late_to_finish(job, late_ns), rank=job.rank))

    def awaits_start(self, job: DailyJob) -> None:
        """The order is given, and nobody says that the job has started."""
        at_ns = time.time_ns() + CHECK_AGAIN_NS
        job.watches.append(self._night.agenda.at(at_ns, lambda: self._still_attempting(job), rank=job.rank))

    def could_not_start(self, job: DailyJob, cause: str) -> None:
        """The agent could not start the job: an Initialization Error, which Retry on Failure never retries."""
        self._forget(job)
        self._night.show(job, Status.INITIALIZATION_ERROR)
        self._engine.finish(job, Status.INITIALIZATION_ERROR, "initialization_error", cause)

    def prerun_failed(self, job: DailyJob, code: int | AgentLost) -> None:
        """The pre-run did not end well: the job is not started, and fails."""
        if job.status is Status.PRERUN_ACTIVE:
            self._night.show(job, Status.PRERUN_FAILED)
            self._ended(job, code if isinstance(code, int) else 1, what="the pre-run: ")

    def watch_for_file(self, job: DailyJob) -> None:
        """Run a file-arrival job."""
        job.attempt = self._night.daily.next_attempt(job)
        self._night.recorder.record("invoke", "launch", {"job": job.name, "attempt": job.attempt})
        self._night.recorder.record("ok", "launch", {"job": job.name, "attempt": job.attempt})
        self.started(job)
        self._resume_file(job)

    def resume(self, job: DailyJob) -> None:
        """Take up the watch over a job that was running when the scheduler ended, and what its rules were yet to do."""
        self.watch(job)
        for number, _, cause, at_ns in job.pending:
            self._later(job, number, cause, at_ns)
        if job.order.file_arrival is not None:
            self._resume_file(job)

    # ---- while it runs --------------------------------------------------------------------------------------

    def kill(self, job: DailyJob, why: str, *, restart: bool = False) -> None:
        """Kill a running job; one whose kill does not succeed stays Job Running."""
        job.killed_for, job.restart_after_kill = why, restart
        self._night.show(job, Status.TO_BE_TERMINATED)
        if self._night.armory.act(KILL, job=job.name):
            job.killed_for, job.restart_after_kill = "", False
            error = "the agent could not end the job"
            self._night.recorder.record("fail", "kill", {"job": job.name, "attempt": job.attempt}, error=error)
            self._night.show(job, Status.JOB_RUNNING)
        elif (watch := self._files.get(job)) is not None:
            watch.end(-signal.SIGKILL)
        elif job.attempts and job.attempts[-1].alive:
            job.attempts[-1].signal(signal.SIGKILL)
        else:
            self.exited(job, -signal.SIGKILL)  # there is nothing left to end: its end was never told

    def _overrun(self, job: DailyJob, at_ns: int, limit_ns: int) -> None:
        """OpCon flags a job that passes its max run time, and leaves it running: only a rule ends it."""
        night, job.overran = self._night, True
        night.recorder.record("info", "overrun", {"job": job.name})
        night.journal.keep_job(job)
        cause = f"exceeded its max run time of {span(limit_ns)}"
        self._engine.events.happened(job, "exceeded_max_run_time")
        self._rules(job, "exceeded_max_run_time", cause, at_ns)

    def _late_to_finish(self, job: DailyJob, at_ns: int) -> None:
        if job.status is Status.JOB_RUNNING:
            self._night.show(job, Status.LATE_TO_FINISH)
        self._engine.events.happened(job, "late_to_finish")
        timezone = self._night.order.timezone
        self._rules(job, "late_to_finish", f"not finished by {clock_time(at_ns, timezone)}", at_ns)

    def _still_attempting(self, job: DailyJob) -> None:
        self._night.show(job, Status.STILL_ATTEMPTING_START)
        self._engine.events.happened(job, "still_attempting_start")
        cause = f"its agent has not answered the order to start it for {span(CHECK_AGAIN_NS)}"
        self._rules(job, "still_attempting_start", cause, time.time_ns())

    def _rules(self, job: DailyJob, when: str, cause: str, at_ns: int) -> None:
        """Let the rules for something that happens to a running job act, while it is that run."""
        for rule in job.rules.due(when):
            if rule.after_ns:
                job.pending.append([job.rules.index(rule), when, cause, at_ns + rule.after_ns])
                self._later(job, job.rules.index(rule), cause, at_ns + rule.after_ns)
            else:
                self._act(job, rule, cause)
        if job.pending:
            self._night.journal.keep_job(job)

    def _later(self, job: DailyJob, number: int, cause: str, at_ns: int) -> None:
        act = partial(self._act_later, job, number, cause)
        job.watches.append(self._night.agenda.at(at_ns, act, rank=job.rank))

    def _act_later(self, job: DailyJob, number: int, cause: str) -> None:
        job.pending = [one for one in job.pending if one[0] != number]
        self._act(job, job.rules.at(number), cause)

    def _act(self, job: DailyJob, rule: Rule, cause: str) -> None:
        refused = None if rule.restarts or "restart" not in rule.do else "a running job is not restarted: kill it"
        self._night.act(job, rule, cause, refused=refused)
        if "kill" in rule.do and job.status.running:
            self.kill(job, f"killed because it {cause}", restart=rule.restarts)
        elif "mark_failed" in rule.do and job.status.running:
            self.let_go(job)
            self._engine.finish(job, Status.MARKED_FAILED, "failed", cause, restart=rule.restarts)

    # ---- the end --------------------------------------------------------------------------------------------

    def ended(self, job: DailyJob, attempt: Attempt, code: int | AgentLost) -> None:
        """The agent says how a process has ended; of one that the scheduler has let go, nobody minds."""
        attempt.mend_all()
        if isinstance(code, AgentLost):
            if job.running is attempt:
                self._night.bug("schedule", code)
            return
        if attempt.never_told or job.running is not attempt:
            return
        night = self._night
        if self._engine.machine_out(job, ends=True):
            # The agent tells of it when it is back.
            entry = night.agenda.at(time.time_ns() + ASK_AGAIN_NS, lambda: self.ended(job, attempt, code))
            job.watches.append(entry)
            return
        acting = night.armory.act(ENDED, lambda order: _changes(order.effect, code), job=job.name)
        effects = [order.effect for order in acting]
        if any(isinstance(effect, LostEnd) for effect in effects):
            job.running = None
            return
        self.exited(job, next((effect.code for effect in effects if isinstance(effect, WrongEnd)), code))
        self._engine.turn()

    def exited(self, job: DailyJob, code: int) -> None:
        """The job has ended so."""
        self._forget(job)
        self._ended(job, code)

    def lost(self, job: DailyJob) -> None:
        """The scheduler is back, and nobody knows of the job's process any more: it has failed."""
        self._forget(job)
        job.ended_ns = time.time_ns()
        cause = "lost: no agent knows of it since the scheduler was started again"
        value = {"job": job.name, "attempt": job.attempt}
        self._night.recorder.record("fail", "job", value, error=cause)
        self._engine.endings.run_failed(job, cause, killed=False, restart=False)

    def let_go(self, job: DailyJob) -> None:
        """Somebody has said how the job ended: whatever still runs of it, nobody watches any more."""
        watch = self._files.pop(job, None)
        if watch is not None:
            watch.stop()
        self._forget(job)
        job.ended_ns = time.time_ns()

    def _ended(self, job: DailyJob, code: int, *, what: str = "") -> None:
        night = self._night
        job.ended_ns, job.last_exit = time.time_ns(), code
        job.schedule.ended_ns = job.ended_ns
        crontab.mail(night, job)
        value: dict[str, Any] = {"job": job.name, "attempt": job.attempt}
        value |= {"exit": code} if code >= 0 else {"signal": -code}
        if not what and code >= 0 and not fails(job.order.exit_codes, code):
            night.recorder.record("ok", "job", value)
            self._engine.endings.run_finished(job)
            return
        how = f"exit {code}" if code >= 0 else f"killed by signal {-code} ({signal.Signals(-code).name})"
        last = "" if job.order.is_null or not job.attempts else job.attempts[-1].last_line()
        if job.order.file_arrival is not None and code > 0:
            last = FileWatch.MEANS.get(code, "")
        night.recorder.record("fail", "job", value, error=last or how)
        cause = ": ".join(part for part in (job.killed_for, f"{what}{how}", last) if part)
        killed, restart = bool(job.killed_for), job.restart_after_kill
        job.killed_for, job.restart_after_kill = "", False
        self._engine.endings.run_failed(job, cause, killed=killed, restart=restart)

    def _resume_file(self, job: DailyJob) -> None:
        arrival = job.order.file_arrival
        assert arrival is not None, "only a file-arrival job watches for one"  # noqa: S101 - for the type checker

        def ended(code: int) -> None:
            self._files.pop(job, None)
            self.exited(job, code)
            self._engine.turn()

        self._files[job] = FileWatch(arrival, self._night.agenda, ended, found=lambda name: self._found(job, name))
        self._files[job].begin()

    def _found(self, job: DailyJob, name: str) -> None:
        job.properties["FileArrival"] = name

    def _forget(self, job: DailyJob) -> None:
        job.running = None
        for entry in job.watches:
            self._night.agenda.cancel(entry)
        job.watches.clear()
        job.pending = []


def _changes(effect: JobEnd, code: int) -> bool:
    """Whether a fault of the end has something to act on: it must change what is told."""
    if isinstance(effect, LostEnd):
        return True
    return code >= 0 and (effect.code == 0) != (code == 0)
