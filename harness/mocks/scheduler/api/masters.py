"""What clients only read: master schedules and jobs, frequencies, calendars, users, the server's options."""

from __future__ import annotations

from typing import Any

from harness.mocks.scheduler.api import defined, views
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Query, Reply
from harness.mocks.scheduler.api.shapes import (
    ANYTHING,
    DESCRIBED,
    FLAG,
    FREQUENCY,
    NAMED,
    NOTHING,
    NUMBER,
    TEXT,
    arr,
    obj,
)

_NAMED = (Query("name", TEXT, "the name of one"),)
USER_CALENDAR = 1
"""The other type of a calendar, 0, is one of holidays."""


def _master_schedule(call: Call) -> dict[str, Any]:
    return {"id": 1, "name": call.monitor.context.plan.chain, "subSchedule": False}


def master_schedules(call: Call) -> Reply:
    """The master schedule."""
    return Reply([_master_schedule(call)])


def master_jobs(call: Call) -> Reply:
    """The master jobs: what can be built, and added."""
    plan, wanted = call.monitor.context.plan, call.query.get("name")
    return Reply(
        [
            {
                "name": name,
                "frequency": defined.frequency(master, plan.begins_ns, plan.timezone),
                "jobType": defined.job_type(master),
                "department": views.department(master.owner),
                "accessCode": views.ACCESS_CODE,
                "primaryMachine": views.machine_of(call.monitor, master.agent),
                "schedule": _master_schedule(call),
            }
            for name, master in call.monitor.schedules.masters.items()
            if not wanted or wanted.lower() == name.lower()
        ]
    )


def frequencies(call: Call) -> Reply:
    """The frequencies of the master jobs."""
    names = dict.fromkeys(master.frequency.name for master in call.monitor.schedules.masters.values())
    return Reply([{"name": name} for name in names])


def calendars(call: Call) -> Reply:
    """The calendars with their dates."""
    wanted = call.query.get("name")
    return Reply(
        [
            {"id": number, "name": name, "type": USER_CALENDAR, "dates": list(dates), "description": ""}
            for number, (name, dates) in enumerate(call.monitor.context.plan.calendars.items(), 1)
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
    owners = dict.fromkeys(master.owner for master in call.monitor.schedules.masters.values())
    return Reply([{"id": number, "loginName": owner, "name": owner} for number, owner in enumerate(owners, 1)])


def batch_users(_: Call) -> Reply:
    """Who jobs run as."""
    platform = {"id": defined.UNIX["id"], "name": defined.UNIX["description"]}
    return Reply([{"id": 1, "platform": platform, "loginName": "batch"}])


def server_options(_: Call) -> Reply:
    """The options of the server, of which nothing here depends on any."""
    return Reply(
        {
            "htmlDocumentation": None,
            "passwordPolicy": None,
            "visionSettings": None,
            "loginSecureMessage": "",
            "ticketingSystemName": None,
            "numberOfDaysToKeepServiceRequestExecutions": None,
            "enableWindowsAuthentication": True,
        }
    )


_SCHEDULE = obj("id", "name", id=NUMBER, name=TEXT, subSchedule=FLAG)
_JOB = obj(
    "name", "schedule", name=TEXT, frequency=FREQUENCY, jobType=DESCRIBED, department=NAMED, accessCode=NAMED,
    primaryMachine=NAMED, schedule=_SCHEDULE,
)  # fmt: skip
_CALENDAR = obj("name", id=NUMBER, name=TEXT, type=NUMBER, dates=arr(TEXT), description=TEXT)
_USER = obj("id", "loginName", id=NUMBER, loginName=TEXT, name=TEXT)
_BATCH_USER = obj("id", "loginName", id=NUMBER, platform=NAMED, loginName=TEXT)
_OPTIONS = obj(
    htmlDocumentation=NOTHING, passwordPolicy=NOTHING, visionSettings=NOTHING, loginSecureMessage=TEXT,
    ticketingSystemName=TEXT, numberOfDaysToKeepServiceRequestExecutions=NUMBER, enableWindowsAuthentication=FLAG,
)  # fmt: skip
ENDPOINTS = [
    Endpoint("GET", "/masterschedules", "Master schedules", master_schedules, arr(_SCHEDULE)),
    Endpoint("GET", "/masterjobs", "Master jobs", master_jobs, arr(_JOB), _NAMED),
    Endpoint("GET", "/masterjobs/v2", "The same, where newer clients ask", master_jobs, arr(_JOB), _NAMED),
    Endpoint("GET", "/frequencies", "Frequencies", frequencies, arr(obj("name", name=TEXT))),
    Endpoint("GET", "/calendars", "Calendars", calendars, arr(_CALENDAR), _NAMED),
    Endpoint("GET", "/machinegroups", "Machine groups", machine_groups, arr(ANYTHING)),
    Endpoint("GET", "/roles", "Roles", roles, arr(NAMED)),
    Endpoint("GET", "/users", "Users", users, arr(_USER)),
    Endpoint("GET", "/batchusers", "Batch users", batch_users, arr(_BATCH_USER)),
    Endpoint("GET", "/serveroptions", "Server options", server_options, _OPTIONS),
]
