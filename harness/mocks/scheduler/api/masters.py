"""What clients only read: master schedules and jobs, frequencies, calendars, users, history, the graph of the Daily."""

from __future__ import annotations

from typing import Any

from harness.mocks.scheduler.api import views
from harness.mocks.scheduler.api.daily import JOB_QUERY, found_jobs, page
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Query, Reply
from harness.mocks.scheduler.api.identity import VERSION
from harness.mocks.scheduler.api.shapes import ANYTHING, FLAG, NAMED, NUMBER, TEXT, arr, obj
from harness.mocks.scheduler.launcher import CHECK_AGAIN_NS
from harness.mocks.scheduler.moments import wire_time

_NAMED = (Query("name", TEXT, "the name of one"),)


def master_schedules(call: Call) -> Reply:
    """The master schedule."""
    order = call.engine.night.order
    documentation = order.runbook or ""
    return Reply([{"id": 1, "name": order.chain, "documentation": documentation, "path": order.chain}])


def master_jobs(call: Call) -> Reply:
    """The master jobs: what can be built, and added."""
    chain, wanted = call.engine.night.order.chain, call.query.get("name")
    found = []
    for number, (name, order) in enumerate(call.engine.masters.items(), 1):
        if wanted and wanted.lower() != name.lower():
            continue
        job = {"id": f"1|{name}", "number": number, "schedule": {"id": 1, "name": chain}, "name": name}
        job |= {"jobType": views.NULL if order.is_null else views.UNIX, "department": {"id": 0, "name": order.owner}}
        job |= {"primaryMachine": {"name": order.agent}, "frequencies": [{"name": order.frequency.name}]}
        job["dependencies"] = [views.declared(one) for one in order.dependencies]
        found.append(job)
    return Reply(found, headers={"TotalResourceCount": str(len(found))})


def frequencies(call: Call) -> Reply:
    """The frequencies of the master jobs."""
    names = dict.fromkeys(order.frequency.name for order in call.engine.masters.values())
    return Reply([{"id": number, "name": name} for number, name in enumerate(names, 1)])


def calendars(call: Call) -> Reply:
    """The calendars with their dates."""
    wanted = call.query.get("name")
    return Reply(
        [
            {"id": number, "name": name, "type": 0, "dates": list(dates), "description": ""}
            for number, (name, dates) in enumerate(call.engine.night.order.calendars.items(), 1)
            if not wanted or name.lower() == wanted.lower()
        ]
    )


def machine_groups(_: Call) -> Reply:
    """There is none."""
    return Reply([])


def roles(_: Call) -> Reply:
    """One role, which may do everything."""
    return Reply([{"id": 0, "name": "Role_ocadm"}])


def users(call: Call) -> Reply:
    """The owners of jobs."""
    owners = dict.fromkeys(order.owner for order in call.engine.masters.values())
    return Reply([{"id": number, "name": owner} for number, owner in enumerate(owners, 1)])


def batch_users(_: Call) -> Reply:
    """Who jobs run as."""
    return Reply([{"id": 1, "name": "batch"}])


def server_options(call: Call) -> Reply:
    """A few settings of the server."""
    options = {
        "TimeZone": call.engine.night.order.timezone,
        "Version": VERSION,
        "MinutesBetweenCheckingRunningJobs": str(CHECK_AGAIN_NS // 60_000_000_000),
    }
    told = enumerate(options.items(), 1)
    return Reply([{"id": number, "name": name, "value": value} for number, (name, value) in told])


def histories(call: Call) -> Reply:
    """Every job of the Daily that has ended, as history."""
    timezone, found = call.engine.night.order.timezone, []
    for job in found_jobs(call):
        if job.ended_ns is None or job.started_ns is None:
            continue
        entry: dict[str, Any] = {"id": views.uid(job.id), "jobName": job.name, "scheduleName": job.schedule.name}
        entry |= {"scheduleDate": job.schedule.date, "jobStatus": views.job_status(job)}
        entry |= {"startTime": wire_time(job.started_ns, timezone), "endTime": wire_time(job.ended_ns, timezone)}
        entry |= {"terminationDescription": views.termination(job), "jobNumber": str(job.attempt)}
        found.append(entry)
    return Reply(page(call, found), headers={"TotalResourceCount": str(len(found))})


def edges(call: Call) -> Reply:
    """The dependencies of the Daily as a graph."""
    return Reply(
        [
            {"from": edge.predecessor.id, "to": job.id, "type": views.KINDS[edge.dependency.kind], "met": edge.met}
            for job in call.engine.daily.jobs.values()
            for edge in job.edges
            if edge.predecessor is not None
        ]
    )


_EDGE = obj("from", "to", to=TEXT, type=TEXT, met=FLAG, **{"from": TEXT})
_OPTION = obj("id", "name", "value", id=NUMBER, name=TEXT, value=TEXT)
ENDPOINTS = [
    Endpoint("GET", "/masterschedules", "Master schedules", master_schedules, arr(NAMED)),
    Endpoint("GET", "/masterjobs", "Master jobs", master_jobs, arr(obj("id", "name", id=TEXT, name=TEXT)), _NAMED),
    Endpoint("GET", "/frequencies", "Frequencies", frequencies, arr(NAMED)),
    Endpoint("GET", "/calendars", "Calendars", calendars, arr(obj("name", name=TEXT, dates=arr(TEXT))), _NAMED),
    Endpoint("GET", "/machinegroups", "Machine groups", machine_groups, arr(ANYTHING)),
    Endpoint("GET", "/roles", "Roles", roles, arr(NAMED)),
    Endpoint("GET", "/users", "Users", users, arr(NAMED)),
    Endpoint("GET", "/batchusers", "Batch users", batch_users, arr(NAMED)),
    Endpoint("GET", "/serveroptions", "Server options", server_options, arr(_OPTION)),
    Endpoint("GET", "/jobhistories", "Jobs that have ended", histories, arr(ANYTHING), JOB_QUERY),
    Endpoint("GET", "/dailygraphedges", "Dependencies as a graph", edges, arr(_EDGE)),
]
