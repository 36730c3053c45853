"""What can be done to a job, a schedule or a machine, in which states, and how it is carried out.

Clients of the API, OpCon events and modelled operators all come through here.
"""

from __future__ import annotations

import signal

from harness.mocks.scheduler.daily.jobs import DailyJob, DailySchedule
from harness.mocks.scheduler.daily.properties import Properties
from harness.mocks.scheduler.daily.shared_resources import Shared
from harness.mocks.scheduler.daily.status import EVENTS_OF, Status
from harness.mocks.scheduler.running.candidates import Candidates
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.retries_and_rules import Endings
from harness.mocks.scheduler.running.runs import Runs
from harness.mocks.scheduler.running.schedules import Schedules
from harness.mocks.scheduler.running.waiting import leave

_ENDED = ("Finished Ok", "Failed", "Cancelled", "Fixed", "Under Review", "Skipped")

ALLOWED: dict[str, tuple[str, ...]] = {
    "hold": ("Waiting",),
    "release": ("Held",),
    "start": ("Held", "Waiting", "Missed Start Time"),
    "cancel": ("Held", "Waiting", "Missed Start Time", "Failed", "Under Review"),
    "skip": ("Held", "Waiting", "Missed Start Time", "Failed", "Under Review"),
    "kill": ("Running",),
    "restart": _ENDED,
    "restartOnHold": _ENDED,
    "forceRestart": _ENDED,
    "markFinishedOk": ("Held", "Waiting", "Running", "Failed", "Under Review", "Missed Start Time", "Fixed"),
    "markFailed": ("Held", "Waiting", "Running", "Finished Ok", "Fixed", "Missed Start Time", "Under Review"),
    "markUnderReview": ("Failed",),
    "markFixed": ("Failed", "Under Review"),
}
"""The categories of status in which each job action is allowed."""

MACHINE_ACTIONS = {"up": "U", "down": "D", "limited": "L"}

SCHEDULE_ACTIONS = ("release", "hold", "start", "close", "addJobs", "addJobsOnHold")

BULK = {
    "cancelJobs": "cancel",
    "forceRestartJobs": "forceRestart",
    "holdJobs": "hold",
    "killJobs": "kill",
    "markJobsFailed": "markFailed",
    "markJobsFinishedOk": "markFinishedOk",
    "markJobsUnderReview": "markUnderReview",
    "markJobsFixed": "markFixed",
    "releaseJobs": "release",
    "restartJobs": "restart",
    "restartJobsOnHold": "restartOnHold",
    "startJobs": "start",
    "skipJobs": "skip",
}
"""Schedule actions that are a job action for each job of the schedule."""


def spelled(written: str, known: dict[str, str] | dict[str, tuple[str, ...]] | tuple[str, ...]) -> str | None:
    """The action as it is spelled here, whatever the case that a client writes it in."""
    return next((name for name in known if name.lower() == written.lower()), None)


class Refused(Exception):
    """The state of a job or schedule does not allow an action: what was found, and in which states it is allowed."""


class Actions:
    """Does what a client, an event or an operator asks for, or says why it cannot be done (`Refused`)."""

    def __init__(
        self,
        context: Context,
        shared: Shared,
        properties: Properties,
        candidates: Candidates,
        endings: Endings,
        runs: Runs,
        schedules: Schedules,
    ) -> None:
        self._context = context
        self._shared = shared
        self._properties = properties
        self._candidates = candidates
        self._endings = endings
        self._runs = runs
        self._schedules = schedules

    def why_not(self, job: DailyJob, action: str) -> str | None:
        """Why the job's state does not allow the action."""
        if job.status in EVENTS_OF.values():
            return f"{job.name} is {job.status.text}; nothing is allowed meanwhile"
        allowed = job.status.category in ALLOWED[action]
        if action == "hold" and job.status is Status.TO_BE_SKIPPED:
            allowed = False
        if action in ("restart", "restartOnHold", "forceRestart") and job.status is Status.TO_BE_SKIPPED:
            allowed = True
        if action == "kill" and (job.master.is_null or not self._context.plan.kill_allowed):
            return f"{job.name} cannot be killed: its machine does not allow it"
        if allowed:
            return None
        return f"{job.name} is {job.status.text}; {action} is allowed when it is {', '.join(ALLOWED[action])}"

    def on_job(self, job: DailyJob, action: str, *, reason: str | None = None, step: int = 1) -> None:
        """Carry out a job action; `Refused` when the job's state does not allow it."""
        if (why := self.why_not(job, action)) is not None:
            raise Refused(why)
        if reason:
            job.change_reason = reason
        job.last_cause = job.last_cause if action.lower().startswith(("restart", "force")) else ""
        self._endings.forget(job)
        match action:
            case "hold":
                leave(job, self._context.agenda)
                job.starting = False
                self._candidates.give_back(job)
                self._context.show(job, Status.ON_HOLD)
            case "release":
                self._context.show(job, Status.QUALIFYING)
                self._candidates.ask(job)
            case "start":
                job.forced = True
                self._context.show(job, Status.FORCED)
                self._candidates.ask(job)
            case "restart" | "restartOnHold" | "forceRestart":
                self._endings.restart(job, forced=action == "forceRestart", held=action == "restartOnHold", step=step)
            case "cancel":
                self._endings.finish(job, Status.CANCELLED, "cancelled")
            case "skip":
                self._skip(job)
            case "kill":
                self._runs.kill(job, reason or "killed by an operator")
            case "markFinishedOk":
                self._mark(job, Status.MARKED_FINISHED_OK, "finished_ok", reason)
            case "markFailed":
                self._mark(job, Status.MARKED_FAILED, "failed", reason)
            case "markUnderReview":
                self._endings.finish(job, Status.UNDER_REVIEW, "under_review", reason or "")
            case "markFixed":
                self._endings.finish(job, Status.FIXED, "fixed", reason or "")

    def on_schedule(self, schedule: DailySchedule, action: str) -> None:
        """Carry out a schedule action that is about the schedule itself."""
        match action:
            case "hold" if not schedule.held:
                schedule.held = True
            case "release" if schedule.held:
                schedule.held = False
                self._schedules.open(schedule)
                for job in schedule.jobs.values():
                    self._candidates.ask(job)
            case "start" if schedule.held or not schedule.opened:
                schedule.held, schedule.by_hand = False, True
                self._schedules.open(schedule)
            case "close":
                for job in list(schedule.jobs.values()):
                    if self.why_not(job, "cancel") is None and not job.status.terminal:
                        self.on_job(job, "cancel")
            case _:
                raise Refused(f"the schedule {schedule.id} is {schedule.status}; {action} is not allowed then")
        self._schedules.keep(schedule)

    def on_machine(self, name: str, action: str) -> None:
        """Take a machine up, down, or limited: no new starts."""
        machine = self._shared.machines[name]
        machine.operation = MACHINE_ACTIONS[action]
        self._context.recorder.record("info", "machine", {"machine": name, "state": action})
        self._context.journal.keep("machine", name, {"operation": machine.operation})
        for job in machine.ready():
            self._candidates.ask(job)

    def set_threshold(self, name: str, value: int) -> None:
        """Give a threshold another value; those that wait for it are asked."""
        threshold = self._shared.thresholds[name]
        threshold.value = value
        self._context.recorder.record("info", "threshold", {"threshold": name, "value": value})
        self._context.journal.keep("threshold", name, {"value": value})
        for job in list(threshold.waiting):
            self._candidates.ask(job)

    def set_resource(self, name: str, value: int) -> None:
        """Give a resource another number."""
        resource = self._shared.resources[name]
        resource.value = value
        self._context.recorder.record("info", "resource", {"resource": name, "value": value})
        self._context.journal.keep("resource", name, {"value": value})
        for job in list(resource.waiting):
            self._candidates.ask(job)

    def set_property(self, name: str, value: str | None) -> None:
        """Give a global property another value; None takes it away."""
        values = self._properties.values
        known = next((one for one in values if one.lower() == name.lower()), name)
        if value is None:
            values.pop(known, None)
        else:
            values[known] = value
        self._context.recorder.record("info", "property", {"property": known, "value": value})
        self._context.journal.keep("property", known, {"value": value})
        for job in list(self._shared.waiting_for_expressions):
            self._candidates.ask(job)

    def _skip(self, job: DailyJob) -> None:
        """A job that waits is skipped when it would start; one that has ended, or is held, at once."""
        if job.status.waiting and job.schedule.opened:
            job.starting = False
            self._candidates.give_back(job)
            self._context.show(job, Status.TO_BE_SKIPPED)
            self._candidates.ask(job)
        else:
            self._endings.finish(job, Status.SKIPPED, "skipped")

    def _mark(self, job: DailyJob, status: Status, when: str, reason: str | None) -> None:
        """Say how a job ended. Of one that runs, the process goes on, and is not watched any more."""
        if job.status.running:
            for attempt in job.attempts:
                attempt.signal(signal.SIGCONT)  # a frozen one must not stand still for ever
            self._runs.let_go(job)
        self._endings.finish(job, status, when, reason or ("" if when == "finished_ok" else "marked failed"))
