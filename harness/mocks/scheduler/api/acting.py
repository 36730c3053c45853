"""Actions of clients on jobs, schedules and machines: given at once, and asked about later.

Job actions are answered with what came of them, because some clients never ask again. The others are answered
``submitted``, and with what came of them when they are asked about.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from harness.mocks.scheduler.actions import (
    ALLOWED,
    BULK,
    MACHINE_ACTIONS,
    SCHEDULE_ACTIONS,
    Refused,
    spelled,
)
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Reply
from harness.mocks.scheduler.api.failure import missing
from harness.mocks.scheduler.api.shapes import (
    ANYTHING,
    DATE,
    FLAG,
    ID,
    PROPERTY,
    RESULT,
    SOME,
    TEXT,
    arr,
    enum,
    obj,
)
from harness.mocks.scheduler.daily import DailyJob, DailySchedule
from harness.mocks.scheduler.moments import wire_time

_NS = 1_000_000_000
JOB_ACTIONS = tuple(ALLOWED)
OF_SCHEDULES = (*SCHEDULE_ACTIONS, *BULK)


def on_jobs(call: Call) -> Reply:
    """Carry a job action out on each of its jobs."""
    body, items = call.body, []
    for one in body["jobs"]:
        job = call.engine.daily.jobs.get(one["id"])
        if job is None:
            error: str | None = f"daily job {one['id']!r} not found"
        else:
            error = _wrong_step(job, one.get("step")) or _tried(
                partial(_act, call, job, body["action"], body.get("reason"), int(one.get("step") or 1))
            )
        status = "" if job is None else job.status.text
        items.append({"id": one["id"], "result": _result(error), "message": error or "", "status": status})
    done = {"action": body["action"], "reason": body.get("reason"), "result": _overall(items), "jobs": items}
    return _answered(call, "jobactions", done | {"expires": _expires(call)}, at_once=True)


def on_schedules(call: Call) -> Reply:
    """Carry a schedule action out on each of its schedules."""
    body, items = call.body, []
    for one in body["scheduleActionItems"]:
        schedule = call.engine.daily.schedules.get(one["id"])
        if schedule is None:
            item: dict[str, Any] = {"id": one["id"], "result": "failed", "message": f"schedule {one['id']!r} not found"}
        else:
            item = _on_schedule(call, schedule, body, one)
        items.append({"jobs": []} | item)
    done = {"action": body["action"], "reason": body.get("reason"), "result": _overall(items)}
    return _answered(call, "scheduleactions", done | {"scheduleActionItems": items})


def on_schedules_by_date(call: Call) -> Reply:
    """Carry a schedule action out on every schedule of the dates."""
    dates = {one["id"] for one in call.body["scheduleDates"]}
    found = [one for one in call.engine.daily.schedules.values() if one.date in dates]
    items = [{"jobs": []} | _on_schedule(call, schedule, call.body, {}) for schedule in found]
    done = {"action": call.body["action"], "reason": call.body.get("reason"), "result": _overall(items)}
    return _answered(call, "scheduleactionsbydate", done | {"scheduleActionItems": items})


def build(call: Call) -> Reply:
    """Build schedules for dates; with ``overwrite`` in place of those that are built already."""
    body, engine = call.body, call.engine
    messages = []
    for named in body["schedules"]:
        if named["name"].lower() != engine.night.order.chain.lower():
            messages.append(f"master schedule {named['name']!r} not found")
            continue
        for date in body["dates"]:
            messages.append(_built(call, date))  # noqa: PERF401 - each one is built, in this order
    errors = [message for message in messages if message]
    done = {"message": "; ".join(errors) or "Completed", "result": "failed" if errors else "success"}
    submitted = call.store.submit("schedulebuilds", {**body, **done})
    return Reply({**submitted, "message": "Submitted", "result": "submitted"}, status=201)


def _built(call: Call, date: str) -> str:
    """Build one date; what went wrong, or nothing."""
    body, engine = call.body, call.engine
    there = [one for one in engine.daily.schedules.values() if one.date == date]
    if there and body.get("overwrite"):
        for schedule in there:
            if any(job.busy for job in schedule.jobs.values()):
                return f"{schedule.id} has jobs that run"
        for schedule in there:
            engine.discard(schedule)
    elif there and not body.get("namedInstance"):
        return f"{there[0].id} is built already"
    properties = {one["key"]: str(one.get("value", "")) for one in body.get("properties", ())}
    try:
        schedule = engine.build(date, held=bool(body.get("hold")), properties=properties)
    except (ValueError, OverflowError) as error:
        return f"{date}: {error}"
    if date == engine.night.order.date:
        engine.open(schedule)
    return ""


def on_instances(call: Call) -> Reply:
    """List the output of jobs, or read one of its files."""
    items = []
    for one in call.body["jobInstanceActionItems"]:
        job = next((job for job in call.engine.daily.jobs.values() if one["id"] in (job.id, _number(job))), None)
        if job is None:
            raise missing("job instance", one["id"])
        folder = call.engine.night.folder / "output"
        names = [f"{job.name}.{job.attempt}.{stream}" for stream in ("out", "err")]
        there = [name for name in names if (folder / name).is_file()]
        item: dict[str, Any] = {"id": one["id"], "result": "success"}
        if call.body["action"] == "LIST":
            item["files"] = there
        else:
            wanted = one.get("jorsRequestParameters") or (there[0] if there else "")
            if wanted not in there:
                raise missing("file", wanted)
            item["data"] = (folder / wanted).read_text(errors="replace")
        items.append(item)
    done = {"action": call.body["action"], "result": "success", "jobInstanceActionItems": items}
    return _answered(call, "jobinstanceactions", done)


def on_machines(call: Call) -> Reply:
    """Take machines up, down or limited."""
    shared, items = call.engine.shared, []
    for one in call.body["machines"]:
        machine = next((m for m in shared.machines.values() if one.get("id") in (m.id, str(m.id), m.name)), None)
        if machine is not None:
            call.engine.events.actions.on_machine(machine.name, call.body["action"])
        error = None if machine is not None else f"machine {one.get('id')!r} not found"
        items.append({"id": one.get("id"), "result": _result(error), "message": error or ""})
    return _answered(
        call, "machineactions", {"action": call.body["action"], "result": _overall(items), "machines": items}
    )


# ---- how ------------------------------------------------------------------------------------------------------


def _act(call: Call, job: DailyJob, action: str, reason: str | None, step: int = 1) -> None:
    call.engine.events.actions.on_job(job, action, reason=reason, step=step)


def _on_schedule(call: Call, schedule: DailySchedule, body: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    action = body["action"]
    if action in ("addJobs", "addJobsOnHold"):
        jobs = [_added(call, schedule, wanted, held=action == "addJobsOnHold") for wanted in one.get("jobs", ())]
        return {"id": schedule.id, "result": _overall(jobs), "message": "", "jobs": jobs}
    if action in BULK:
        jobs = list(_bulk(call, schedule, BULK[action], body))
        return {"id": schedule.id, "result": _overall(jobs), "message": "", "jobs": jobs}
    error = _tried(lambda: call.engine.events.actions.on_schedule(schedule, action))
    return {"id": schedule.id, "result": _result(error), "message": error or ""}


def _bulk(call: Call, schedule: DailySchedule, action: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    states = {state.lower() for state in body.get("states", ())}
    for job in list(schedule.jobs.values()):
        if states and job.status.category.lower() not in states:
            continue
        if call.engine.events.actions.why_not(job, action) is None:
            _act(call, job, action, body.get("reason"))
            yield {"id": job.id, "result": "success", "message": ""}


def _added(call: Call, schedule: DailySchedule, wanted: dict[str, Any], *, held: bool) -> dict[str, Any]:
    name = wanted["id"]
    if name not in call.engine.masters:
        return {"id": name, "result": "failed", "message": f"there is no master job {name!r}"}
    given = {one["name"]: one.get("value", "") for one in wanted.get("instanceProperties", ())}
    job = call.engine.add_job(schedule, name, held=held, properties=given)
    return {"id": job.id, "result": "success", "message": ""}


def _wrong_step(job: DailyJob, step: Any) -> str | None:
    """Why a job cannot be started from a step; clients write its number as a number or as text."""
    steps = len(job.order.steps)
    if step is None or (str(step).isascii() and str(step).isdigit() and 1 <= int(step) <= max(1, steps)):
        return None
    return f"{job.name} has no step {step!r}: expected one from 1 to {max(1, steps)}"


def _tried(act: Callable[[], None]) -> str | None:
    try:
        act()
    except Refused as refusal:
        return str(refusal)
    return None


def _answered(call: Call, kind: str, done: dict[str, Any], *, at_once: bool = False) -> Reply:
    submitted = call.store.submit(kind, done)
    return Reply(submitted if at_once else {**submitted, "result": "submitted"})


def _asked(kind: str) -> Callable[[Call], Reply]:
    def ask(call: Call) -> Reply:
        found = call.store.action(kind, call.path["id"])
        if found is None:
            raise missing(kind.removesuffix("s"), call.path["id"])
        return Reply(found)

    return ask


def _listed(kind: str) -> Callable[[Call], Reply]:
    return lambda call: Reply(call.store.actions(kind))


def _result(error: str | None) -> str:
    return "success" if error is None else "failed"


def _overall(items: Iterable[dict[str, Any]]) -> str:
    return "failed" if any(item["result"] == "failed" for item in items) else "success"


def _expires(call: Call) -> str:
    return wire_time(time.time_ns() + 600 * _NS, call.engine.night.order.timezone)


def _number(job: DailyJob) -> str:
    return str(job.attempt) if job.attempt else ""


def _spelled(*known: str) -> Callable[[Any], Any]:
    """Spell the action of a body as its shape has it."""

    def canonical(body: Any) -> Any:
        if isinstance(body, dict) and isinstance(body.get("action"), str):
            return body | {"action": spelled(body["action"], known) or body["action"]}
        return body

    return canonical


_ITEM = obj("id", "result", id=TEXT, result=RESULT, message=TEXT, status=TEXT)
_JOBS = obj("action", "jobs", action=enum(*JOB_ACTIONS), reason=TEXT, jobs=arr(
    obj("id", id=SOME, step=ID, rebuildOnRestartIfContainer=FLAG), minItems=1,
))  # fmt: skip
_JOBS_DONE = obj("id", "action", "result", "jobs", id=TEXT, action=TEXT, result=RESULT, jobs=arr(_ITEM), expires=TEXT)
_ADDED = obj(
    "id", id=SOME, frequency=TEXT, instanceProperties=arr(PROPERTY), applyExceptions=FLAG
)  # fmt: skip
_SCHEDULES = obj(
    "action", "scheduleActionItems", action=enum(*OF_SCHEDULES), reason=TEXT, states=arr(TEXT),
    scheduleActionItems=arr(obj("id", id=SOME, jobs=arr(_ADDED)), minItems=1),
)  # fmt: skip
_BY_DATE = obj(
    "action", "scheduleDates", action=enum(*OF_SCHEDULES), reason=TEXT, states=arr(TEXT),
    scheduleDates=arr(obj("id", id=DATE), minItems=1),
)  # fmt: skip
_SCHEDULES_DONE = obj(
    "id", "action", "result", "scheduleActionItems", id=TEXT, action=TEXT, result=RESULT,
    scheduleActionItems=arr(obj("id", "result", id=TEXT, result=RESULT, message=TEXT, jobs=arr(_ITEM))),
)  # fmt: skip
_BUILD = obj(
    "schedules", "dates", schedules=arr(obj("name", name=SOME), minItems=1), dates=arr(DATE, minItems=1),
    overwrite=FLAG, hold=FLAG, properties=arr(obj("key", key=SOME, value=TEXT)), namedInstance=TEXT, machineName=TEXT,
    logFile=TEXT,
)  # fmt: skip
_BUILD_DONE = obj("id", "message", id=TEXT, message=TEXT, result=RESULT)
_INSTANCES = obj(
    "action", "jobInstanceActionItems", action=enum("LIST", "FILE"),
    jobInstanceActionItems=arr(obj("id", id=SOME, jorsRequestParameters=TEXT), minItems=1),
)  # fmt: skip
_INSTANCES_DONE = obj("id", "result", id=TEXT, action=TEXT, result=RESULT, jobInstanceActionItems=arr(
    obj("id", id=TEXT, files=arr(TEXT), data=TEXT)
))  # fmt: skip
_MACHINES = obj("action", "machines", action=enum(*MACHINE_ACTIONS), reason=TEXT, machines=arr(
    obj("id", id=ID), minItems=1,
))  # fmt: skip
_MACHINES_DONE = obj("id", "action", "result", id=TEXT, action=TEXT, result=RESULT, machines=arr(ANYTHING))

ENDPOINTS: list[Endpoint] = []
for _path, _answer, _body, _done, _known, _what, _fails in (
    ("jobactions", on_jobs, _JOBS, _JOBS_DONE, JOB_ACTIONS, "job action", ()),
    ("scheduleactions", on_schedules, _SCHEDULES, _SCHEDULES_DONE, OF_SCHEDULES, "schedule action", ()),
    ("scheduleActionsByDate", on_schedules_by_date, _BY_DATE, _SCHEDULES_DONE, OF_SCHEDULES, "action by date", ()),
    ("schedulebuilds", build, _BUILD, _BUILD_DONE, (), "schedule build", ()),
    ("jobinstanceactions", on_instances, _INSTANCES, _INSTANCES_DONE, ("LIST", "FILE"), "job instance action", (404,)),
    ("machineactions", on_machines, _MACHINES, _MACHINES_DONE, tuple(MACHINE_ACTIONS), "machine action", ()),
):
    ENDPOINTS += [
        Endpoint(
            "POST", f"/{_path}", f"Give a {_what}", _answer, _done, body=_body, canonical=_spelled(*_known),
            status=201 if _path == "schedulebuilds" else 200, fails=_fails,
        ),
        Endpoint("GET", f"/{_path}", f"All of this kind: {_what}", _listed(_path.lower()), arr(_done)),
        Endpoint("GET", f"/{_path}/{{id}}", f"What came of a {_what}", _asked(_path.lower()), _done, fails=(404,)),
    ]  # fmt: skip
"""Each kind of action: given, listed, asked about."""
