"""OpCon events: what is fired when something happens to a job, or comes from outside as a line of text.

``$TYPE:ACTION,parameter,parameter``. Tokens in double brackets are filled in before. What names no date or schedule
(an empty parameter, or CURRENT) means the job's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.history import EventType
from harness.mocks.scheduler.daily.daily import DailyJob, DailySchedule
from harness.mocks.scheduler.daily.expressions import filled
from harness.mocks.scheduler.outside.actions import BULK, MACHINE_ACTIONS, Actions, Refused, spelled

if TYPE_CHECKING:
    from harness.mocks.scheduler.monitor import Engine

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


class BadEvent(ValueError):
    """A line that is no event, or is about what is not there."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event's type, its action and its parameters."""

    type: str
    action: str
    parameters: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Event:
        """Take a line apart; `BadEvent` says what was found."""
        head, *parameters = [part.strip() for part in text.strip().split(",")]
        kind, colon, action = head.partition(":")
        if not kind.startswith("$") or not colon or not action:
            raise BadEvent(f"found {text.strip()!r}, expected $TYPE:ACTION,parameters")
        return cls(kind.upper(), action.upper(), tuple(parameters))

    def parameter(self, position: int, what: str) -> str:
        """One parameter, which must be there."""
        if position >= len(self.parameters) or not self.parameters[position]:
            raise BadEvent(f"{self.type}:{self.action}: expected {what} as parameter {position + 1}, found nothing")
        return self.parameters[position]


class Events:
    """Fires the events of jobs, and carries out those that come from outside."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._night = engine.night
        self.actions = Actions(engine)

    def happened(self, job: DailyJob, when: str) -> None:
        """Fire what the job has for this."""
        for order in job.order.events:
            if order.when == when:
                text = filled(order.event, lambda name: self._engine.property_of(job, name))
                self.carry_out(text, by=f"job {job.name}", job=job)
        self._engine.operators.noticed(job, when)

    def carry_out(self, text: str, *, by: str, job: DailyJob | None = None) -> str | None:
        """Carry an event out, and record it; why it could not be done, or None."""
        error: str | None = None
        try:
            self._perform(Event.parse(text), job)
        except (BadEvent, Refused) as refusal:
            error = str(refusal)
        kind: EventType = "info" if error is None else "fail"
        self._night.recorder.record(kind, "event", {"event": text, "by": by}, error=error)
        return error

    def _perform(self, event: Event, job: DailyJob | None) -> None:
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
            raise BadEvent(f"{event.type} is no type of event that is played here")
        perform(event, job)

    def _job(self, event: Event, job: DailyJob | None) -> None:
        schedule = self._schedule_of(event, job)
        name = event.parameter(2, "the job's name")
        if event.action in ("ADD", "ADDHLD"):
            if name not in self._engine.masters:
                raise BadEvent(f"there is no master job {name!r}")
            given = dict(pair.split("=", 1) for pair in event.parameters[4:] if "=" in pair)
            self._engine.add_job(schedule, name, held=event.action == "ADDHLD", properties=given)
            return
        action = JOB_EVENTS.get(event.action)
        if action is None:
            raise BadEvent(f"$JOB:{event.action} is no event; known: {', '.join(JOB_EVENTS)}, ADD, ADDHLD")
        if name not in schedule.jobs:
            raise BadEvent(f"there is no job {name!r} in the schedule {schedule.id}")
        self.actions.on_job(schedule.jobs[name], action, reason=f"event of {job.name}" if job else "external event")

    def _schedule(self, event: Event, job: DailyJob | None) -> None:
        if event.action == "BUILD":
            self._engine.open(self._engine.build(event.parameter(0, "a date")))
            return
        action = spelled(event.action, ("hold", "release", "start", "close"))
        schedule = self._schedule_of(event, job)
        if action is not None:
            self.actions.on_schedule(schedule, action)
            return
        bulk = spelled(f"{event.action}JOBS", BULK)
        if bulk is None:
            raise BadEvent(f"$SCHEDULE:{event.action} is no event; known: BUILD, HOLD, RELEASE, START, CLOSE")
        for one in list(schedule.jobs.values()):
            if self.actions.why_not(one, BULK[bulk]) is None:
                self.actions.on_job(one, BULK[bulk], reason="event")

    def _machine(self, event: Event, _: DailyJob | None) -> None:
        action, name = spelled(event.action, tuple(MACHINE_ACTIONS)), event.parameter(0, "a machine")
        if action is None or name not in self._engine.shared.machines:
            raise BadEvent(f"$MACHINE:{event.action},{name}: expected UP, DOWN or LIMITED, and a machine that there is")
        self.actions.on_machine(name, action)

    def _notify(self, event: Event, job: DailyJob | None) -> None:
        if event.action not in NOTIFY:
            raise BadEvent(f"$NOTIFY:{event.action} is no event; known: {', '.join(NOTIFY)}")
        whom, text = event.parameter(0, "whom"), ", ".join(event.parameters[1:]) or event.action
        if event.action == "LOG":
            return  # the record of the event is the log
        order = self._night.order
        name = job.name if job is not None else order.chain
        cause = (job.last_cause if job is not None else "") or text
        page = {"owner": whom, "job": name, "cause": cause, "text": text, "runbook": order.runbook}
        self._night.pager.send(page)

    def _property(self, event: Event, _: DailyJob | None) -> None:
        name = event.parameter(0, "the property's name")
        if event.action not in ("ADD", "SET", "DELETE"):
            raise BadEvent(f"$PROPERTY:{event.action} is no event; known: ADD, SET, DELETE")
        value = None if event.action == "DELETE" else ",".join(event.parameters[1:])
        self.actions.set_property(name, value)

    def _threshold(self, event: Event, _: DailyJob | None) -> None:
        name, value = self._number(event, self._engine.shared.thresholds, "threshold")
        self.actions.set_threshold(name, value)

    def _resource(self, event: Event, _: DailyJob | None) -> None:
        name, value = self._number(event, self._engine.shared.resources, "resource")
        self.actions.set_resource(name, value)

    def _console(self, event: Event, job: DailyJob | None) -> None:
        text = ", ".join(event.parameters)
        self._night.recorder.record("info", "console", {"job": job.name if job else None, "text": text})

    @staticmethod
    def _number(event: Event, known: Mapping[str, object], what: str) -> tuple[str, int]:
        name, value = event.parameter(0, f"the {what}'s name"), event.parameter(1, "a number")
        if event.action != "SET" or name not in known:
            raise BadEvent(f"{event.type}:{event.action},{name}: expected SET and a {what} that there is")
        try:
            return name, int(value)
        except ValueError:
            raise BadEvent(f"{event.type}:SET,{name}: found {value!r}, expected a whole number") from None

    def _schedule_of(self, event: Event, job: DailyJob | None) -> DailySchedule:
        """The schedule that the first two parameters name, by date and name."""
        date, name = (*event.parameters[:2], "", "")[:2]
        if job is not None and date.upper() in ("", "CURRENT") and name.upper() in ("", "CURRENT", job.schedule.name):
            return job.schedule
        date = self._night.order.date if date.upper() in ("", "CURRENT") else date
        name = self._night.order.chain if name.upper() in ("", "CURRENT") else name
        for schedule in self._engine.daily.schedules.values():
            if (schedule.date, schedule.name.lower()) == (date, name.lower()):
                return schedule
        raise BadEvent(f"no schedule {name!r} is built for {date}")
