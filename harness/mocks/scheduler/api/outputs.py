"""The output of jobs that clients list and read: job instance actions, by the number of a job's latest launch."""

from __future__ import annotations

from typing import Any

from harness.mocks.scheduler.api import submitted
from harness.mocks.scheduler.api.endpoint import Call
from harness.mocks.scheduler.api.shapes import ID, NUMBER, RESULT, TEXT, arr, enum, obj
from harness.mocks.scheduler.api.views import job_number
from harness.mocks.scheduler.daily.jobs import DailyJob

ACTIONS = ("LIST", "FILE")


def on_instances(call: Call) -> dict[str, Any]:
    """List the output of jobs, or read one of its files."""
    items = [_on_one(call, one["id"], one.get("jorsRequestParameters")) for one in call.body["jobInstanceActionItems"]]
    return submitted.done(call, items, jobInstanceActionItems=items)


def _on_one(call: Call, id_: int | str, wanted: str | None) -> dict[str, Any]:
    job, files, data, error = _instance(call, id_), None, None, None
    if job is None:
        error = f"job instance {id_!r} not found"
    else:
        folder = call.monitor.context.folder / "output"
        names = [f"{job.name}.{job.attempt}.{stream}" for stream in ("out", "err")]
        there = [name for name in names if (folder / name).is_file()]
        if call.body["action"] == "LIST":
            files = there
        elif (name := wanted or next(iter(there), "")) in there:
            data = (folder / name).read_text(errors="replace")
        else:
            error = f"file {name!r} not found"
    return {
        "id": None if job is None else job_number(job),
        "jorsRequestParameters": wanted,
        **submitted.result(error),
        "files": files,
        "data": data,
    }


def _instance(call: Call, id_: int | str) -> DailyJob | None:
    """The job that has this number, or this id."""
    jobs = call.monitor.context.daily.jobs
    return jobs.get(str(id_)) or next((job for job in jobs.values() if str(job_number(job)) == str(id_)), None)


_BODY = obj(
    "action", "jobInstanceActionItems", action=enum(*ACTIONS),
    jobInstanceActionItems=arr(obj("id", id=ID, jorsRequestParameters=TEXT), minItems=1),
)  # fmt: skip
_DONE = submitted.shape(
    jobInstanceActionItems=arr(
        obj(
            "result", id=NUMBER, jorsRequestParameters=TEXT, result=RESULT, message=TEXT, files=arr(TEXT), data=TEXT,
        )
    )
)  # fmt: skip
ENDPOINTS = submitted.endpoints(
    "jobinstanceactions", "job instance action", on_instances, _DONE, _BODY, known=ACTIONS
)  # fmt: skip
