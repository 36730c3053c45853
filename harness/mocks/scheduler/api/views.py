"""The Daily as clients read it: how jobs and schedules stand, with the names that the vendor's clients have for it."""

from __future__ import annotations

import json
import zlib
from typing import Any

from harness.mocks.scheduler.api import defined, waits
from harness.mocks.scheduler.daily.jobs import DailyJob, DailySchedule
from harness.mocks.scheduler.daily.status import SCHEDULE_ID
from harness.mocks.scheduler.monitor import Monitor
from harness.mocks.scheduler.timing.local_time import wire_time

_NS = 1_000_000_000


def uid(text: str) -> int:
    """A number for an id, the same in every night; clients keep it in 32 bits with a sign."""
    return zlib.crc32(text.encode()) & 0x7FFFFFFF


def job_number(job: DailyJob) -> int | None:
    """The number of a job's latest launch, which no other job has: clients ask for its output by it."""
    return uid(f"{job.id}|{job.attempt}") if job.attempt else None


def job_bytes(monitor: Monitor, job: DailyJob) -> bytes:
    """A daily job's JSON, made anew only when something that it shows is another than when it was last made."""
    changing = _changing(monitor, job)
    if job.shown is None or job.shown[0] != changing:
        job.shown = changing, json.dumps(daily_job(monitor, job), separators=(",", ":")).encode()
    return job.shown[1]


def _changing(monitor: Monitor, job: DailyJob) -> tuple[object, ...]:
    """All that the JSON shows and that can change, whatever changes it: so no change has to be announced."""
    own = (job.status, job.change_reason, job.detail, job.attempt, job.started_ns, job.ended_ns, job.last_exit)
    return own, list(job.properties.items()), waits.changing(monitor.shared, job)


def daily_job(monitor: Monitor, job: DailyJob) -> dict[str, Any]:
    """A daily job."""
    master, schedule, timezone = job.master, job.schedule, monitor.context.plan.timezone
    started_ns, ended_ns = job.started_ns, job.ended_ns
    start_ns = started_ns or master.at_ns or schedule.begins_ns
    machine = machine_of(monitor, master.agent)
    return {
        "id": job.id,
        "uid": uid(job.id),
        "uniqueJobId": str(uid(job.id)),
        "schedule": {
            "id": schedule.id,
            "uid": uid(schedule.id),
            "name": schedule.name,
            "date": schedule.date,
            "masterId": schedule.master_id,
            "instance": schedule.instance,
        },
        "name": job.name,
        "frequency": defined.frequency(master, schedule.begins_ns, timezone),
        "priority": 0,
        "jobType": defined.job_type(master),
        "department": department(master.owner),
        "accessCode": ACCESS_CODE,
        "startMachine": machine,
        "primaryMachine": machine,
        "alternateMachine": None,
        "alternateMachine2": None,
        "alternateMachine3": None,
        "machineGroup": None,
        "status": job_status(job),
        "terminationDescription": termination(job),
        "computedStartTime": {
            "time": wire_time(start_ns, timezone),
            "isEstimated": started_ns is None,
            "latestStart": None if master.latest_start_ns is None else wire_time(master.latest_start_ns, timezone),
        },
        "computedEndTime": {
            "time": None if ended_ns is None else wire_time(ended_ns, timezone),
            "isEstimated": ended_ns is None,
        },
        "computedDuration": None if ended_ns is None else {"duration": duration_s(job), "isEstimated": False},
        "jobNumber": job_number(job),
        "incidentTicketId": None,
        "incidentTicketURL": None,
        "steps": list(master.steps),
        "documentation": defined.documentation(monitor.context.plan.runbook),
        "dependencies": waits.dependencies(job),
        "thresholdDependencies": waits.thresholds(monitor.shared, job),
        "resourceDependencies": waits.resources(monitor.shared, job),
        "expressionDependencies": waits.expression(job),
        "events": defined.events(job),
        "tags": [],
        "properties": properties(job),
        "isRecurrent": master.recurrence is not None,
        "detailMessages": [job.detail] if job.detail else [],
        "details": defined.details(job, timezone),
    }


ACCESS_CODE = {"id": 0, "name": "General"}


def department(owner: str) -> dict[str, Any]:
    """The owner of a job, who is a department in OpCon."""
    return {"id": 0, "name": owner}


def machine_of(monitor: Monitor, name: str) -> dict[str, Any]:
    """The machine of a job, of which only its name and number are told."""
    return {"id": monitor.shared.machines[name].id, "name": name}


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


def duration_s(job: DailyJob) -> int:
    """How long a job that has ended took. The vendor's clients say that it is a number; of seconds is ours."""
    return ((job.ended_ns or 0) - (job.started_ns or job.ended_ns or 0)) // _NS


def properties(of: DailyJob | DailySchedule) -> list[dict[str, str]]:
    """The instance properties of a job or a schedule."""
    return [{"key": name, "value": value} for name, value in of.properties.items()]


def daily_schedule(monitor: Monitor, schedule: DailySchedule) -> dict[str, Any]:
    """A daily schedule."""
    timezone = monitor.context.plan.timezone
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
        "status": schedule_status(schedule),
        "definedStartTime": begins,
        "computedStartTime": {"time": begins, "isEstimated": not schedule.opened},
        "endTime": wire_time(ended_ns, timezone) if over and ended_ns is not None else None,
        "duration": None,
        "workWeek": None,
    }


def schedule_status(schedule: DailySchedule) -> dict[str, Any]:
    """A schedule's status."""
    return {
        "id": SCHEDULE_ID[schedule.status],
        "description": schedule.status,
        "category": schedule.category,
        "containsFailedJobs": schedule.contains_failed_jobs,
    }


def job_history(monitor: Monitor, job: DailyJob) -> dict[str, Any] | None:
    """A job that has ended, as its history; None of one that has not."""
    if job.started_ns is None or job.ended_ns is None:
        return None
    schedule, timezone = job.schedule, monitor.context.plan.timezone
    return {
        "id": str(uid(job.id)),
        "jobName": job.name,
        "jobNumber": job_number(job),
        "scheduleHistory": {
            "masterId": schedule.master_id,
            "date": schedule.date,
            "name": schedule.name,
            "path": schedule.name,
        },
        "jobStartTime": wire_time(job.started_ns, timezone),
        "jobStatus": job_status(job),
        "jobTermination": wire_time(job.ended_ns, timezone),
        "duration": duration_s(job),
        "machine": machine_of(monitor, job.master.agent),
        "exitCode": termination(job),
        "department": department(job.master.owner),
        "frequency": defined.frequency(job.master, schedule.begins_ns, timezone),
        "tags": [],
        "jobType": defined.job_type(job.master),
    }
