"""The scheduler's HTTP interface for people and clients: what OpCon's REST API says of the night, read only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from harness.mocks.scheduler.daily import DailyJob
from harness.mocks.scheduler.engine import Engine
from harness.mocks.scheduler.moments import wire_time
from harness.mocks.scheduler.night import Night

VERSION = "22.0.0.0"
_UNIX = {"id": 6, "description": "UNIX"}


class Api:
    """Answers under ``/api``; paths and the names in queries in any case, as OpCon's clients write them."""

    def __init__(self, schedule: Callable[[], Engine | None]) -> None:
        self._schedule = schedule
        self._answers = {"version": self._version, "dailyjobs": self._daily_jobs}

    def routes(self) -> list[web.RouteDef]:
        """One route for all: the router would mind the case."""
        return [web.get("/{path:.*}", self._answer)]

    async def _answer(self, request: web.Request) -> web.Response:
        root, _, name = request.path.strip("/").lower().partition("/")
        answer = self._answers.get(name) if root == "api" else None
        if answer is None:
            error = {"resource": request.path, "name": "NotFound", "code": 404, "message": "there is no such resource"}
            return web.json_response([error], status=404)
        return answer({name.lower(): value for name, value in request.query.items()})

    def _version(self, _: dict[str, str]) -> web.Response:
        return web.json_response({"opConRestApiProductVersion": VERSION})

    def _daily_jobs(self, query: dict[str, str]) -> web.Response:
        schedule = self._schedule()
        wanted = query.get("name") or query.get("jobname")
        known = list(schedule.daily.jobs.values()) if schedule else []
        jobs = [daily_job(schedule.night, job) for job in known if schedule and wanted in (None, job.name)]
        return web.json_response(jobs, headers={"TotalResourceCount": str(len(jobs))})


def daily_job(night: Night, job: DailyJob) -> dict[str, Any]:
    """A daily job with the names that OpCon's clients read."""
    order, status, timezone = night.order, job.status, night.order.timezone
    schedule = f"{order.date.replace('-', '')}|1|1"
    start_ns = job.started_ns or job.order.at_ns or order.begins_ns
    latest_ns, exit_code = job.order.latest_start_ns, job.last_exit
    return {
        "id": f"{schedule}|{job.name}",
        "schedule": {"id": schedule, "name": order.chain, "date": order.date},
        "name": job.name,
        "jobType": _UNIX,
        "startMachine": {"name": job.order.agent},
        "primaryMachine": {"name": job.order.agent},
        "status": {
            "id": status.id,
            "startStatus": status.start_id,
            "description": status.text,
            "category": status.category,
        },
        "terminationDescription": "" if exit_code is None else f"{exit_code:+04d}:0000",
        "computedStartTime": {
            "time": wire_time(start_ns, timezone),
            "isEstimated": job.started_ns is None,
            "latestStart": wire_time(latest_ns, timezone) if latest_ns is not None else None,
        },
        "jobNumber": str(job.attempt) if job.attempt else "",
        "dependencies": [{"name": one.job} for one in job.order.of("after")],
    }
