"""OpCon events: what is fired when something happens to a job, or comes from outside as a line of text.

``$TYPE:ACTION,parameter,parameter``. Property tokens in double brackets are filled in before. What names no date or
schedule (an empty parameter, or CURRENT) means the job's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.history import EventType
from harness.mocks.scheduler.daily.expressions import filled
from harness.mocks.scheduler.daily.jobs import DailyJob, DailySchedule
from harness.mocks.scheduler.daily.properties import Properties
from harness.mocks.scheduler.daily.shared_resources import Shared
from harness.mocks.scheduler.outside.actions import BULK, MACHINE_ACTIONS, Actions, Refused, spelled
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.schedules import Schedules

JOB_EVENTS: Mapping[str, str] = {
    "HOLD": "hold",
    "RELEASE": "release",
    "START": "start",
    "CANCEL": "cancel",
    "SKIP": "skip",
    "KILL": "kill",
    "RESTART": "restart",
    "RESTARTHLD": "restartOnHold",
    "GOOD": "markFinishedOk",
    "BAD": "markFailed",
    "REVIEW": "markUnderReview",
    "FIX": "markFixed",
}
"""The job action of each ``$JOB`` event; ADD and ADDHLD come with a frequency and properties of their own."""

NOTIFY = ("EMAIL", "LOG", "SNMP", "TEXTMSG", "COMMAND")

TRIGGERS: Mapping[str, tuple[int, str]] = {
    "finished_ok": (900, "Finished OK"),
    "failed": (910, "Failed"),
    "initialization_error": (210, "Initialization Error"),
    "exceeded_max_run_time": (500, "Exceeded Max Run Time"),
    "late": (170, "Late to Start"),
    "late_to_finish": (510, "Late to Finish"),
    "still_attempting_start": (205, "Still Attempting Start"),
    "missed_start": (960, "Missed Start Time"),
    "skipped": (940, "Skipped"),
    "cancelled": (950, "Cancelled"),
    "under_review": (942, "Under Review"),
    "fixed": (943, "Fixed"),
}
"""What an event may wait for, with the status by which clients know it."""


class BadOpConEvent(ValueError):
    """A line that is no event, or is about what is not there."""


@dataclass(frozen=True, slots=True)
class OpConEvent:
    """An event's type, its action and its parameters."""

    type: str
    action: str
    parameters: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> OpConEvent:
        """Take a line apart; `BadOpConEvent` says what was found."""
        head, *parameters = [part.strip() for part in text.strip().split(",")]
        kind, colon, action = head.partition(":")
        if not kind.startswith("$") or not colon or not action:
            raise BadOpConEvent(f"found {text.strip()!r}, expected $TYPE:ACTION,parameters")
        return cls(kind.upper(), action.upper(), tuple(parameters))

    def parameter(self, position: int, what: str) -> str:
        """One parameter, which must be there."""
        if position >= len(self.parameters) or not self.parameters[position]:
            raise BadOpConEvent(
                f"{self.type}:{self.action}: expected {what} as parameter {position + 1}, found nothing"
            )
        return self.parameters[position]


class OpConEvents:
    """Fires the events of jobs, and carries out those that come from outside."""

    def __init__(
        self, context: Context, shared: Shared, properties: Properties, schedules: Schedules, actions: Actions
    ) -> None:
        self._context = context
        self._shared = shared
        self._properties = properties
        self._schedules = schedules
        self._actions = actions

    def happened(self, job: DailyJob, when: str) -> None:
        """Fire what the job has for this."""
        for event in job.master.events:
            if event.when == when:
                text = filled(event.event, lambda name: self._properties.of_job(job, name))
                self.carry_out(text, by=f"job {job.name}", job=job)

    def carry_out(self, text: str, *, by: str, job: DailyJob | None = None) -> str | None:
        """Carry an event out, and record it; why it could not be done, or None."""
        error: str | None = None
        try:
            self._perform(OpConEvent.parse(text), job)
        except (BadOpConEvent, Refused) as refusal:
            error = str(refusal)
        kind: EventType = "info" if error is None else "fail"
        self._context.recorder.record(kind, "event", {"event": text, "by": by}, error=error)
        return error

    def _perform(self, event: OpConEvent, job: DailyJob | None) -> None:
        perform = {
            "$JOB": self._job,
            "$SCHEDULE": self._schedule,
            "$MACHINE": self._machine,
            "$NOTIFY": self._notify,
            "$PROPERTY": self._property,
            "$THRESHOLD": self._threshold,
            "$RESOURCE": self._resource,
            "$CONSOLE": self._console,
        }.get(event.type)
        if perform is None:
            raise BadOpConEvent(f"{event.type} is no type of event that is played here")
        perform(event, job)

    def _job(self, event: OpConEvent, job: DailyJob | None) -> None:
        schedule = self._schedule_of(event, job)
        name = event.parameter(2, "the job's name")
        if event.action in ("ADD", "ADDHLD"):
            if name not in self._schedules.masters:
                raise BadOpConEvent(f"there is no master job {name!r}")
            given = dict(pair.split("=", 1) for pair in event.parameters[4:] if "=" in pair)
            self._schedules.add_job(schedule, name, held=event.action == "ADDHLD", properties=given)
            return
        action = JOB_EVENTS.get(event.action)
        if action is None:
            raise BadOpConEvent(f"$JOB:{event.action} is no event; known: {', '.join(JOB_EVENTS)}, ADD, ADDHLD")
        if name not in schedule.jobs:
            raise BadOpConEvent(f"there is no job {name!r} in the schedule {schedule.id}")
        self._actions.on_job(schedule.jobs[name], action, reason=f"event of {job.name}" if job else "external event")

    def _schedule(self, event: OpConEvent, job: DailyJob | None) -> None:
        if event.action == "BUILD":
            date = event.parameter(0, "a date")
            try:
                schedule = self._schedules.build(date)
            except (ValueError, OverflowError) as error:
                raise BadOpConEvent(f"$SCHEDULE:BUILD,{date}: found {error}, expected a date as YYYY-MM-DD") from None
            self._schedules.open(schedule)
            return
        action = spelled(event.action, ("hold", "release", "start", "close"))
        schedule = self._schedule_of(event, job)
        if action is not None:
            self._actions.on_schedule(schedule, action)
            return
        bulk = spelled(f"{event.action}JOBS", BULK)
        if bulk is None:
            raise BadOpConEvent(f"$SCHEDULE:{event.action} is no event; known: BUILD, HOLD, RELEASE, START, CLOSE")
        for one in list(schedule.jobs.values()):
            if self._actions.why_not(one, BULK[bulk]) is None:
                self._actions.on_job(one, BULK[bulk], reason="event")

    def _machine(self, event: OpConEvent, _: DailyJob | None) -> None:
        action, name = spelled(event.action, tuple(MACHINE_ACTIONS)), event.parameter(0, "a machine")
        if action is None or name not in self._shared.machines:
            raise BadOpConEvent(
                f"$MACHINE:{event.action},{name}: expected UP, DOWN or LIMITED, and a machine that there is"
            )
        self._actions.on_machine(name, action)

    def _notify(self, event: OpConEvent, job: DailyJob | None) -> None:
        if event.action not in NOTIFY:
            raise BadOpConEvent(f"$NOTIFY:{event.action} is no event; known: {', '.join(NOTIFY)}")
        whom, text = event.parameter(0, "whom"), ", ".join(event.parameters[1:]) or event.action
        if event.action == "LOG":
            return  # the record of the event is the log
        plan = self._context.plan
        name = job.name if job is not None else plan.chain
        cause = (job.last_cause if job is not None else "") or text
        page = {"owner": whom, "job": name, "cause": cause, "text": text, "runbook": plan.runbook}
        self._context.pager.send(page)

    def _property(self, event: OpConEvent, _: DailyJob | None) -> None:
        name = event.parameter(0, "the property's name")
        if event.action not in ("ADD", "SET", "DELETE"):
            raise BadOpConEvent(f"$PROPERTY:{event.action} is no event; known: ADD, SET, DELETE")
        value = None if event.action == "DELETE" else ",".join(event.parameters[1:])
        self._actions.set_property(name, value)

    def _threshold(self, event: OpConEvent, _: DailyJob | None) -> None:
        name, value = self._number(event, self._shared.thresholds, "threshold")
        self._actions.set_threshold(name, value)

    def _resource(self, event: OpConEvent, _: DailyJob | None) -> None:
        name, value = self._number(event, self._shared.resources, "resource")
        self._actions.set_resource(name, value)

    def _console(self, event: OpConEvent, job: DailyJob | None) -> None:
        text = ", ".join(event.parameters)
        self._context.recorder.record("info", "console", {"job": job.name if job else None, "text": text})

    @staticmethod
    def _number(event: OpConEvent, known: Mapping[str, object], what: str) -> tuple[str, int]:
        name, value = event.parameter(0, f"the {what}'s name"), event.parameter(1, "a number")
        if event.action != "SET" or name not in known:
            raise BadOpConEvent(f"{event.type}:{event.action},{name}: expected SET and a {what} that there is")
        try:
            return name, int(value)
        except ValueError:
            raise BadOpConEvent(f"{event.type}:SET,{name}: found {value!r}, expected a whole number") from None

    def _schedule_of(self, event: OpConEvent, job: DailyJob | None) -> DailySchedule:
        """The schedule that the first two parameters name, by date and name."""
        date, name = (*event.parameters[:2], "", "")[:2]
        if job is not None and date.upper() in ("", "CURRENT") and name.upper() in ("", "CURRENT", job.schedule.name):
            return job.schedule
        date = self._context.plan.date if date.upper() in ("", "CURRENT") else date
        name = self._context.plan.chain if name.upper() in ("", "CURRENT") else name
        for schedule in self._context.daily.schedules.values():
            if (schedule.date, schedule.name.lower()) == (date, name.lower()):
                return schedule
        raise BadOpConEvent(f"no schedule {name!r} is built for {date}")
