"""The Daily as clients read it: jobs and schedules with the names that the vendor's clients have for everything."""

from __future__ import annotations

import json
import zlib
from typing import Any

from harness.mocks.scheduler.daily import DailyJob, DailySchedule
from harness.mocks.scheduler.edges import Edge
from harness.mocks.scheduler.engine import Engine
from harness.mocks.scheduler.events import TRIGGERS, BadEvent, Event
from harness.mocks.scheduler.filewatch import FileWatch
from harness.mocks.scheduler.moments import span, wire_time
from harness.mocks.scheduler.orders import Dependency
from harness.mocks.scheduler.status import SCHEDULE_ID

UNIX = {"id": 6, "description": "UNIX"}
NULL = {"id": -1, "description": "Null Job"}
KINDS = {"after": "After", "requires": "Requires", "conflict": "Conflict", "exclude": "Exclude"}
OPTIONS = {"finished_ok": "Finished OK", "failed": "Failed", "ignore_exit_code": "Ignore Exit Code"}


def job_type(job: DailyJob) -> dict[str, Any]:
    """OpCon's number and name of a kind of job; a file arrival is a job of the UNIX agent."""
    return NULL if job.order.is_null else UNIX


def uid(text: str) -> str:
    """A number for an id, the same in every night."""
    return str(zlib.crc32(text.encode()))


def job_bytes(engine: Engine, job: DailyJob) -> bytes:
    """A daily job's JSON, made once for each of its states."""
    if job.shown is None:
        job.shown = json.dumps(daily_job(engine, job)).encode()
    return job.shown


def daily_job(engine: Engine, job: DailyJob) -> dict[str, Any]:
    """A daily job."""
    order, schedule, timezone = job.order, job.schedule, engine.night.order.timezone
    start_ns = job.started_ns or order.at_ns or schedule.begins_ns
    ended = job.ended_ns is not None
    machine = {"name": order.agent}
    return {
        "id": job.id,
        "uid": uid(job.id),
        "uniqueJobId": uid(job.id),
        "schedule": {"id": schedule.id, "uid": uid(schedule.id), "name": schedule.name, "date": schedule.date},
        "name": job.name,
        "frequency": {"name": order.frequency.name},
        "priority": 0,
        "jobType": job_type(job),
        "department": {"id": 0, "name": order.owner},
        "accessCode": {"id": 0, "name": "General"},
        "startMachine": machine,
        "primaryMachine": machine,
        "alternateMachine2": None,
        "alternateMachine3": None,
        "machineGroup": None,
        "status": job_status(job),
        "terminationDescription": termination(job),
        "computedStartTime": {
            "time": wire_time(start_ns, timezone),
            "isEstimated": job.started_ns is None,
            "latestStart": None if order.latest_start_ns is None else wire_time(order.latest_start_ns, timezone),
        },
        "computedEndTime": {
            "time": None if job.ended_ns is None else wire_time(job.ended_ns, timezone),
            "isEstimated": not ended,
        },
        "computedDuration": span((job.ended_ns or start_ns) - start_ns) if ended else None,
        "jobNumber": str(job.attempt) if job.attempt else "",
        "incidentTicketId": None,
        "incidentTicketURL": None,
        "steps": [{"id": number, "name": name} for number, name in enumerate(order.steps, 1)],
        "documentation": None,
        "dependencies": [dependency(edge) for edge in job.edges],
        "thresholdDependencies": thresholds(job),
        "resourceDependencies": resources(job),
        "expressionDependencies": expressions(job),
        "events": events(job),
        "tags": [],
        "properties": [{"name": name, "value": value} for name, value in job.properties.items()],
        "isRecurrent": order.recurrence is not None,
        "detailMessages": [job.detail] if job.detail else [],
        "details": details(job),
    }


def job_status(job: DailyJob) -> dict[str, Any]:
    """A job's status: Java clients compute the category from the description, word for word."""
    status = job.status
    return {
        "id": status.id,
        "startStatus": status.start_id,
        "description": status.text,
        "category": status.category,
        "changeReason": job.change_reason,
    }


def termination(job: DailyJob) -> str:
    """``+001:0000``: what command line clients take the exit code from."""
    return "" if job.last_exit is None else f"{job.last_exit:+04d}:0000"


def declared(one: Dependency) -> dict[str, Any]:
    """A dependency as the master job has it."""
    return {"name": one.job, "type": KINDS[one.kind], "option": OPTIONS[one.on], "offset": -one.days_before}


def dependency(edge: Edge) -> dict[str, Any]:
    """A dependency of a daily job, and whether it is met."""
    return {**declared(edge.dependency), "met": edge.met}


def thresholds(job: DailyJob) -> list[dict[str, Any]]:
    """What it needs of thresholds."""
    needs = job.order.thresholds
    return [{"name": need.threshold, "operator": need.operator, "value": need.value} for need in needs]


def resources(job: DailyJob) -> list[dict[str, Any]]:
    """What it takes of resources."""
    needs = job.order.resources.items()
    return [{"name": name, "value": "All" if amount is None else str(amount)} for name, amount in needs]


def expressions(job: DailyJob) -> list[dict[str, Any]]:
    """Its expression, if it has one."""
    return [{"expression": job.order.expression}] if job.order.expression else []


def events(job: DailyJob) -> list[dict[str, Any]]:
    """Its events, with the status by which clients know what sets each off."""
    told = []
    for order in job.order.events:
        number, name = TRIGGERS[order.when]
        try:
            parsed = Event.parse(order.event)
        except BadEvent:
            continue
        parameters = {str(place): value for place, value in enumerate(parsed.parameters, 1)}
        event = {"type": f"{parsed.type}:{parsed.action}", "parameters": parameters}
        trigger = {"type": "Status", "id": number, "name": name}
        told.append({"trigger": trigger, "event": event, "frequency": {"name": job.order.frequency.name}})
    return told


def details(job: DailyJob) -> dict[str, Any]:
    """What only jobs of its type have."""
    order = job.order
    if order.is_null:
        return {}
    codes = order.exit_codes
    found: dict[str, Any] = {
        "startImage": order.run[0] if order.run else "",
        "parameters": " ".join(order.run[1:]),
        "prerun": " ".join(order.prerun),
        "niceValue": 0,
        "basicFailureCriteria": [{"operator": one.operator, "exitCode": one.exit_code} for one in codes.basic],
        "advancedFailureCriteria": [
            {
                "operator": one.operator,
                "value": one.value,
                "endValue": one.end_value,
                "result": one.result,
                "booleanOperator": one.boolean,
            }
            for one in codes.advanced
        ],
        "signals": [],
        "jobOutputParsing": [],
        "environmentVariables": [],
    }
    if (arrival := order.file_arrival) is not None:
        found["fileArrivalSettings"] = {
            "fileToWatch": arrival.file.rpartition("/")[2],
            "duration": arrival.stable_for_ns // 1_000_000_000,
            "subdirectorySearch": arrival.subfolders,
            "exitCodes": {str(code): means for code, means in FileWatch.MEANS.items()},
        }
    return found


def daily_schedule(engine: Engine, schedule: DailySchedule) -> dict[str, Any]:
    """A daily schedule."""
    timezone = engine.night.order.timezone
    begins, ended_ns = wire_time(schedule.begins_ns, timezone), schedule.ended_ns
    over = ended_ns is not None and schedule.status == "Completed"
    return {
        "id": schedule.id,
        "uid": uid(schedule.id),
        "date": schedule.date,
        "masterId": schedule.master_id,
        "instance": schedule.instance,
        "name": schedule.name,
        "path": schedule.name,
        "status": {
            "id": SCHEDULE_ID[schedule.status],
            "description": schedule.status,
            "category": schedule.category,
            "containsFailedJobs": schedule.contains_failed_jobs,
        },
        "definedStartTime": begins,
        "computedStartTime": {"time": begins, "isEstimated": not schedule.opened},
        "endTime": wire_time(ended_ns, timezone) if over and ended_ns is not None else None,
        "duration": None,
        "workWeek": "Mon-Sun",
    }
