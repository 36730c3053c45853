"""Schedules that clients build: the answer says what is to be built, and what came of it is asked for."""

from __future__ import annotations

from typing import Any

from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Reply, dashed
from harness.mocks.scheduler.api.shapes import DATE, FLAG, NUMBER, PROPERTY, RESULT, SOME, TEXT, arr, obj
from harness.mocks.scheduler.api.submitted import asked, listed

_KIND = "schedulebuilds"


def build(call: Call) -> Reply:
    """Build schedules for dates; with ``overwrite`` in place of those that are built already."""
    body, chain = call.body, call.monitor.context.plan.chain
    dates = [dashed(date) for date in body["dates"]]
    messages = []
    for named in body["schedules"]:
        if named["name"].lower() != chain.lower():
            messages.append(f"master schedule {named['name']!r} not found")
            continue
        for date in dates:
            messages.append(_built(call, date))  # noqa: PERF401 - each one is built, in this order
    errors = [message for message in messages if message]
    wanted = {
        "schedules": [
            {"id": 1 if named["name"].lower() == chain.lower() else None, "name": named["name"]}
            for named in body["schedules"]
        ],
        "dates": dates,
        "properties": [{"key": one["key"], "value": one.get("value", "")} for one in body.get("properties", ())],
        "overwrite": body.get("overwrite", False),
        "hold": body.get("hold", False),
        "namedInstance": body.get("namedInstance"),
        "machineName": body.get("machineName"),
        "logFile": body.get("logFile"),
    }
    came = {"message": "; ".join(errors) or "Completed", "result": "failed" if errors else "success"}
    return Reply({"id": call.store.submit(_KIND, wanted | came)["id"], **wanted})


def _built(call: Call, date: str) -> str:
    """Build one date; what went wrong, or nothing."""
    body, monitor = call.body, call.monitor
    there = [one for one in monitor.context.daily.schedules.values() if one.date == date]
    if there and body.get("overwrite"):
        for schedule in there:
            if any(job.busy for job in schedule.jobs.values()):
                return f"{schedule.id} has jobs that run"
        for schedule in there:
            monitor.schedules.discard(schedule)
    elif there and not body.get("namedInstance"):
        return f"{there[0].id} is built already"
    properties = {one["key"]: one.get("value", "") for one in body.get("properties", ())}
    try:
        schedule = monitor.schedules.build(date, held=bool(body.get("hold")), properties=properties)
    except (ValueError, OverflowError) as error:
        return f"{date}: {error}"
    if date == monitor.context.plan.date:
        monitor.schedules.open(schedule)
    return ""


_BODY: dict[str, Any] = {
    "overwrite": FLAG, "hold": FLAG, "namedInstance": TEXT, "machineName": TEXT, "logFile": TEXT,
}  # fmt: skip
_BUILD = obj(
    "schedules", "dates", schedules=arr(obj("name", name=SOME), minItems=1), dates=arr(DATE, minItems=1),
    properties=arr(obj("key", key=SOME, value=TEXT)), **_BODY,
)  # fmt: skip
_WANTED: dict[str, Any] = {
    "id": NUMBER, "schedules": arr(obj("name", id=NUMBER, name=TEXT)), "dates": arr(TEXT), "properties": arr(PROPERTY),
    **_BODY,
}  # fmt: skip
_CAME = obj("id", "message", "result", message=TEXT, result=RESULT, **_WANTED)

ENDPOINTS = [
    Endpoint(
        "POST", "/schedulebuilds", "Build schedules", build, obj("id", "schedules", "dates", **_WANTED), body=_BUILD,
        status=201,
    ),
    Endpoint("GET", "/schedulebuilds", "All builds", listed(_KIND), arr(_CAME)),
    Endpoint("GET", "/schedulebuilds/{id}", "What came of a build", asked(_KIND), _CAME, fails=(404,)),
]  # fmt: skip
