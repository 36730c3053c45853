"""What is defined of a job, as the vendor's clients know it: type, frequency, what it runs, what it sets off."""

from __future__ import annotations

import shlex
from typing import Any

from harness.contract.schedule import FileArrival, MasterJob
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.outside.opcon_events import TRIGGERS, BadOpConEvent, OpConEvent
from harness.mocks.scheduler.timing.local_time import midnight_ns, minutes_of, wall_minutes, wire_time

UNIX = {"id": 6, "description": "UNIX"}
NULL = {"id": -1, "description": "Null Job"}
OCADM = {"id": 0, "name": "ocadm"}


def job_type(master: MasterJob) -> dict[str, Any]:
    """OpCon's number and name of a kind of job; a file arrival is a job of the UNIX agent."""
    return NULL if master.is_null else UNIX


def frequency(master: MasterJob, begins_ns: int, timezone: str) -> dict[str, Any]:
    """A job's frequency with its times: minutes from the start of its schedule, and, to be late, from its own."""
    starts_ns = master.at_ns or begins_ns

    def offset(at_ns: int | None, since_ns: int) -> int:
        return 0 if at_ns is None else wall_minutes(since_ns, at_ns, timezone)

    retry, again = master.retry_on_failure, master.recurrence
    every = None if again is None else minutes_of(again.every_ns)
    from_start = again is not None and again.counted_from == "start"
    return {
        "name": master.frequency.name,
        "jobExecution": {"samPriority": 0, "maxRunTime": minutes_of(master.max_run_time_ns)},
        "finishOkBehavior": {
            "type": "None" if again is None else "RestartOffset",
            "minutesFromStartToStart": every if from_start else None,
            "minutesFromEndToStart": None if from_start else every,
            "numberOfRuns": None if again is None else again.runs,
        },
        "retryBehavior": {
            "retryOnFail": retry is not None,
            "minutesBetweenAttempts": None if retry is None else minutes_of(retry.every_ns),
            "maximumAttempts": None if retry is None else retry.attempts,
        },
        "jobTimesEstimation": {
            "parentScheduleStartTime": wire_time(begins_ns, timezone),
            "startOffsetTimeFormat": "Absolute",
            "startOffset": offset(starts_ns, begins_ns),
            "latestStartOffset": offset(master.latest_start_ns, begins_ns),
            "latestStartOffsetTimeFormat": "Absolute",
            "lateToFinishOffset": offset(master.late_to_finish_ns, starts_ns),
            "lateToStartOffset": offset(master.late_to_start_ns, starts_ns),
        },
    }


def details(job: DailyJob, timezone: str) -> dict[str, Any]:
    """What only jobs of its type have."""
    master = job.master
    if master.is_null:
        return {}
    arrival = master.file_arrival
    return {
        "startImage": master.run[0] if master.run else "",
        "parameters": shlex.join(master.run[1:]),
        "prerun": shlex.join(master.prerun),
        "niceValue": 0,
        "basicFailureCriteria": [{"operator": one.operator, "exitCode": one.code} for one in master.exit_codes.basic],
        "advancedFailureCriteria": [
            {
                "operator": one.operator,
                "value": one.code,
                "endValue": one.to,
                "result": one.means,
                "booleanOperator": one.and_or,
            }
            for one in master.exit_codes.advanced
        ],
        "signals": [],
        "jobOutputParsing": [],
        "environmentVariables": [{"name": name, "value": value} for name, value in master.environment.items()],
        "fileArrivalSettings": None if arrival is None else _file_arrival(arrival, job.schedule.date, timezone),
    }


def _file_arrival(arrival: FileArrival, date: str, timezone: str) -> dict[str, Any]:
    """The window is minutes from the midnight with which the schedule's date begins; the duration is seconds."""

    def offset(at_ns: int | None) -> int | None:
        return None if at_ns is None else wall_minutes(midnight_ns(date, timezone), at_ns, timezone)

    return {
        "fileToWatch": arrival.file,
        "startOffset": offset(arrival.created_from_ns),
        "endOffset": offset(arrival.created_until_ns),
        "duration": arrival.stable_for_ns // 1_000_000_000,
        "subdirectorySearch": arrival.subfolders,
    }


def events(job: DailyJob) -> list[dict[str, Any]]:
    """Its events as lines of text, with the status that sets each off."""
    return [
        {
            "id": number,
            "type": "jobStatus",
            "status": TRIGGERS[one.when][1],
            "event": one.event,
            "frequencyLevel": False,
        }
        for number, one in enumerate(job.master.events, 1)
    ]


def events_apart(job: DailyJob) -> list[dict[str, Any]]:
    """Its events taken apart, as the resource of their own has them."""
    told = []
    for number, event in enumerate(job.master.events, 1):
        status, name = TRIGGERS[event.when]
        try:
            parsed = OpConEvent.parse(event.event)
        except BadOpConEvent:
            continue
        parameters = {str(place): value for place, value in enumerate(parsed.parameters, 1)}
        told.append(
            {
                "id": number,
                "job": {"id": job.id},
                "user": OCADM,
                "trigger": {"type": "Status", "id": status, "name": name},
                "event": {"type": f"{parsed.type}:{parsed.action}", "parameters": parameters},
                "frequency": {"name": job.master.frequency.name},
            }
        )
    return told


def documentation(runbook: str | None) -> dict[str, Any]:
    """Where a job's documentation is: the chain's runbook."""
    return {"id": None, "job": runbook, "frequency": None}
