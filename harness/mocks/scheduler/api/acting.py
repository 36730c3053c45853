"""Actions of clients on jobs, schedules and machines: given at once, and asked about later.

Job actions are answered with what came of them, because some clients never ask again. The others are answered
``submitted``, and with what came of them when they are asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from harness.mocks.scheduler.api import submitted, views
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, dashed
from harness.mocks.scheduler.api.shapes import (
    DATE,
    FLAG,
    ID,
    NUMBER,
    RESULT,
    SCHEDULE_STATUS,
    SOME,
    STATUS,
    TEXT,
    arr,
    enum,
    obj,
)
from harness.mocks.scheduler.api.shared import machine_status
from harness.mocks.scheduler.daily.jobs import DailyJob, DailySchedule
from harness.mocks.scheduler.outside.actions import ALLOWED, BULK, MACHINE_ACTIONS, SCHEDULE_ACTIONS, Refused

JOB_ACTIONS = tuple(ALLOWED)
OF_SCHEDULES = (*SCHEDULE_ACTIONS, *BULK)
Item = dict[str, Any]


def on_jobs(call: Call) -> dict[str, Any]:
    """Carry a job action out on each of its jobs."""
    body = call.body
    items: list[Item] = []
    for one in body["jobs"]:
        job = call.monitor.context.daily.jobs.get(one["id"])
        if job is None:
            error: str | None = f"daily job {one['id']!r} not found"
        else:
            error = _wrong_step(job, one.get("step")) or _tried(
                partial(_act, call, job, body["action"], body.get("reason"), int(one.get("step") or 1))
            )
        status = None if job is None else views.job_status(job)
        items.append({"id": one["id"], **submitted.result(error), "status": status})
    return submitted.done(call, items, jobs=items, reason=body.get("reason"))


def on_schedules(call: Call) -> dict[str, Any]:
    """Carry a schedule action out on each of its schedules."""
    items = [_on_one(call, one["id"], one.get("jobs") or ()) for one in call.body["scheduleActionItems"]]
    return submitted.done(call, items, scheduleActionItems=items, **_asked_of_schedules(call))


def on_schedules_by_date(call: Call) -> dict[str, Any]:
    """Carry a schedule action out on every schedule of the dates."""
    dates = [dashed(date) for date in call.body["scheduleDates"]]
    found = [one for one in call.monitor.context.daily.schedules.values() if one.date in dates]
    items = [_on_one(call, schedule.id, call.body.get("jobs") or ()) for schedule in found]
    jobs, updated = [job for item in items for job in item["jobs"]], sum(item["updated"] for item in items)
    return submitted.done(call, items, scheduleDates=dates, jobs=jobs, updated=updated, **_asked_of_schedules(call))


def on_machines(call: Call) -> dict[str, Any]:
    """Take machines up, down or limited."""
    machines = call.monitor.shared.machines.values()
    items: list[Item] = []
    for one in call.body["machines"]:
        machine = next((m for m in machines if one["id"] in (m.id, str(m.id), m.name)), None)
        if machine is None:
            error = f"machine {one['id']!r} not found"
            items.append({"id": None, **submitted.result(error), "status": None})
        else:
            call.monitor.actions.on_machine(machine.name, call.body["action"])
            items.append({"id": machine.id, **submitted.result(None), "status": machine_status(machine)})
    return submitted.done(call, items, machines=items)


# ---- how ------------------------------------------------------------------------------------------------------


def _act(call: Call, job: DailyJob, action: str, reason: str | None, step: int = 1) -> None:
    call.monitor.actions.on_job(job, action, reason=reason, step=step)


def _asked_of_schedules(call: Call) -> dict[str, Any]:
    return {"reason": call.body.get("reason"), "states": call.body.get("states")}


def _on_one(call: Call, id_: str, wanted: Sequence[Item]) -> Item:
    """What comes of the action on one schedule; ``updated``: how many of its jobs it was carried out on."""
    schedule, action = call.monitor.context.daily.schedules.get(id_), call.body["action"]
    jobs: list[Item] = []
    if schedule is None:
        error: str | None = f"schedule {id_!r} not found"
    elif action in ("addJobs", "addJobsOnHold"):
        jobs = [_added(call, schedule, one, held=action == "addJobsOnHold") for one in wanted]
        error = "; ".join(job["message"] for job in jobs if job["result"] == "failed") or None
    elif action in BULK:
        names = {one["id"] for one in wanted if "id" in one}
        jobs = list(_bulk(call, schedule, BULK[action], names))
        error = None
    else:
        error = _tried(lambda: call.monitor.actions.on_schedule(schedule, action))
    status = None if schedule is None else views.schedule_status(schedule)
    changed = sum(job["result"] == "success" for job in jobs)
    return {"id": id_, **submitted.result(error), "jobs": jobs, "updated": changed, "status": status}


def _bulk(call: Call, schedule: DailySchedule, action: str, names: set[str]) -> Iterator[Item]:
    """Carry it out on those of the schedule's jobs that are named, or all, in the states that are asked for."""
    states = {state.lower() for state in call.body.get("states", ())}
    for job in list(schedule.jobs.values()):
        if (states and job.status.category.lower() not in states) or (names and not names & {job.name, job.id}):
            continue
        if call.monitor.actions.why_not(job, action) is None:
            _act(call, job, action, call.body.get("reason"))
            yield {"id": job.id, "uid": views.uid(job.id), **submitted.result(None)}


def _added(call: Call, schedule: DailySchedule, wanted: Item, *, held: bool) -> Item:
    name = wanted.get("id", "")
    if name not in call.monitor.schedules.masters:
        return {"id": name, "uid": None, **submitted.result(f"there is no master job {name!r}")}
    given = {one["name"]: one.get("value", "") for one in wanted.get("instanceProperties", ())}
    job = call.monitor.schedules.add_job(schedule, name, held=held, properties=given)
    return {"id": job.id, "uid": views.uid(job.id), **submitted.result(None)}


def _wrong_step(job: DailyJob, step: Any) -> str | None:
    """Why a job cannot be started from a step; clients write its number as a number or as text."""
    steps = len(job.master.steps)
    if step is None or (str(step).isascii() and str(step).isdigit() and 1 <= int(step) <= max(1, steps)):
        return None
    return f"{job.name} has no step {step!r}: expected one from 1 to {max(1, steps)}"


def _tried(act: Callable[[], None]) -> str | None:
    try:
        act()
    except Refused as refusal:
        return str(refusal)
    return None


_JOBS = obj("action", "jobs", action=enum(*JOB_ACTIONS), reason=TEXT, jobs=arr(
    obj("id", id=SOME, step=ID, rebuildOnRestartIfContainer=FLAG), minItems=1,
))  # fmt: skip
_JOBS_DONE = submitted.shape(
    reason=TEXT, jobs=arr(obj("id", "result", id=TEXT, result=RESULT, message=TEXT, status=STATUS))
)
_WANTED = arr(
    obj(
        id=TEXT, frequency=TEXT, instanceProperties=arr(obj("name", name=SOME, value=TEXT)), applyExceptions=FLAG,
        rebuildOnRestartIfContainer=FLAG,
    )
)  # fmt: skip
_CHANGED = arr(obj("id", "result", id=TEXT, uid=NUMBER, result=TEXT, message=TEXT))
_SCHEDULES = obj(
    "action", "scheduleActionItems", action=enum(*OF_SCHEDULES), reason=TEXT, states=arr(TEXT),
    scheduleActionItems=arr(obj("id", id=SOME, jobs=_WANTED), minItems=1),
)  # fmt: skip
_SCHEDULES_DONE = submitted.shape(
    reason=TEXT, states=arr(TEXT),
    scheduleActionItems=arr(
        obj(
            "id", "result", id=TEXT, result=RESULT, message=TEXT, jobs=_CHANGED, updated=NUMBER, status=SCHEDULE_STATUS,
        )
    ),
)  # fmt: skip
_BY_DATE = obj(
    "action", "scheduleDates", action=enum(*OF_SCHEDULES), reason=TEXT, states=arr(TEXT),
    scheduleDates=arr(DATE, minItems=1), jobs=_WANTED,
)  # fmt: skip
_BY_DATE_DONE = submitted.shape(reason=TEXT, states=arr(TEXT), scheduleDates=arr(TEXT), jobs=_CHANGED, updated=NUMBER)
_MACHINES = obj("action", "machines", action=enum(*MACHINE_ACTIONS), reason=TEXT, machines=arr(
    obj("id", id=ID), minItems=1,
))  # fmt: skip
_MACHINES_DONE = submitted.shape(
    machines=arr(obj("result", id=NUMBER, result=RESULT, message=TEXT, status=obj(state=TEXT)))
)

ENDPOINTS: list[Endpoint] = [
    *submitted.endpoints(
        "jobactions", "job action", on_jobs, _JOBS_DONE, _JOBS, known=JOB_ACTIONS, at_once=True
    ),
    *submitted.endpoints(
        "scheduleactions", "schedule action", on_schedules, _SCHEDULES_DONE, _SCHEDULES, known=OF_SCHEDULES
    ),
    *submitted.endpoints(
        "scheduleActionsByDate", "action by date", on_schedules_by_date, _BY_DATE_DONE, _BY_DATE, known=OF_SCHEDULES
    ),
    *submitted.endpoints(
        "machineactions", "machine action", on_machines, _MACHINES_DONE, _MACHINES, known=tuple(MACHINE_ACTIONS)
    ),
]  # fmt: skip
