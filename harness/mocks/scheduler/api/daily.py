"""What clients ask of the Daily: schedules, jobs, counts, and everything that a job has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from harness.mocks.scheduler.api import views
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Query, Reply
from harness.mocks.scheduler.api.failure import missing
from harness.mocks.scheduler.api.shapes import (
    ANYTHING,
    COUNT,
    DAILY_JOB,
    DAILY_SCHEDULE,
    DEPENDENCY,
    EVENT,
    NUMBER,
    PROPERTY,
    SOME,
    STATUS,
    TEXT,
    arr,
    obj,
)
from harness.mocks.scheduler.daily import DailyJob, DailySchedule

PAGING = (
    Query("limit", {"type": "integer", "minimum": 0, "maximum": 999_999_999}, "at most so many"),
    Query("offset", {"type": "integer", "minimum": 0, "maximum": 999_999_999}, "without the first so many"),
    Query("sortBy", TEXT, "name, status or id; otherwise in the order in which they were built"),
)
JOB_FILTER = (
    Query("scheduleIds", TEXT, "ids of schedules, with commas"),
    Query("scheduleName", TEXT, "the schedule's name; * stands for anything"),
    Query("name", TEXT, "the job's name; * stands for anything"),
    Query("jobName", TEXT, "the same"),
    Query("dates", TEXT, "dates, with commas: 2026-11-23"),
    Query("ids", TEXT, "ids of jobs, with commas"),
    Query("status", TEXT, "descriptions of statuses, with commas"),
    Query("categories", TEXT, "categories of statuses, with commas"),
    Query("machine", TEXT, "names of machines, with commas"),
    Query("startMachine", TEXT, "the same"),
    Query("jobType", TEXT, "numbers or names of job types, with commas"),
    Query("tags", TEXT, "tags, with commas"),
)
SCHEDULE_FILTER = (
    Query("dates", TEXT, "dates, with commas"),
    Query("name", TEXT, "the schedule's name; * stands for anything"),
    Query("ids", TEXT, "ids of schedules, with commas"),
    Query("status", TEXT, "descriptions of statuses, with commas"),
    Query("categories", TEXT, "categories of statuses, with commas"),
    Query("failedJobs", TEXT, "true: only those with failed jobs"),
)
JOB_QUERY, SCHEDULE_QUERY = (*JOB_FILTER, *PAGING), (*SCHEDULE_FILTER, *PAGING)


def found_jobs(call: Call) -> list[DailyJob]:
    """The jobs that a query asks for."""
    daily = call.engine.daily
    jobs: Iterable[DailyJob] = daily.jobs.values()
    name = call.query.get("name") or call.query.get("jobname")
    if ids := call.listed("ids"):
        jobs = [daily.jobs[one] for one in ids if one in daily.jobs]
    elif name and not set(name) & set("*?["):
        jobs = list(daily.named(name)) or [job for job in jobs if job.name.lower() == name.lower()]
    elif call.query.get("status") or call.query.get("categories"):
        jobs = _of_statuses(call)
    wanted = _Wanted(call)
    if name:
        jobs = [job for job in jobs if _like(job.name, name)]
    found = [job for job in jobs if wanted.has(job)] if wanted.asks else list(jobs)
    return _sorted(call, found)


def _of_statuses(call: Call) -> list[DailyJob]:
    """The jobs of the statuses and categories that a query names, found without a look at any other."""
    status, categories = (
        None if (listed := call.listed(name)) is None else {one.lower() for one in listed}
        for name in ("status", "categories")
    )
    found = [
        job
        for one, jobs in call.engine.daily.by_status.items()
        if (status is None or one.text.lower() in status) and (categories is None or one.category.lower() in categories)
        for job in jobs
    ]
    return sorted(found, key=lambda job: job.number)


class _Wanted:
    """What a query asks of each job beside its name."""

    def __init__(self, call: Call) -> None:
        def lower(name: str) -> set[str] | None:
            found = call.listed(name)
            return None if found is None else {one.lower() for one in found}

        self._schedules, self._dates = lower("scheduleIds"), lower("dates")
        self._schedule = call.query.get("schedulename")
        self._status, self._categories = lower("status"), lower("categories")
        self._machines = lower("machine") or lower("startMachine")
        self._types, self._tags = lower("jobType"), lower("tags")
        self.asks = any(value is not None and value != "" for value in vars(self).values())

    def has(self, job: DailyJob) -> bool:
        """Whether the job is one of them."""
        schedule, kind = job.schedule, views.job_type(job)
        return (
            _within(schedule.id, self._schedules)
            and _within(schedule.date, self._dates)
            and (not self._schedule or _like(schedule.name, self._schedule))
            and _within(job.status.text.lower(), self._status)
            and _within(job.status.category.lower(), self._categories)
            and _within(job.order.agent.lower(), self._machines)
            and (self._types is None or bool({str(kind["id"]), kind["description"].lower()} & self._types))
            and self._tags is None
        )


def jobs(call: Call) -> Reply:
    """The jobs, one page of them, and how many there are."""
    found = found_jobs(call)
    shown = [views.job_bytes(call.engine, job) for job in page(call, found)]
    raw = b"[" + b",".join(shown) + b"]"
    return Reply(raw=raw, headers={"TotalResourceCount": str(len(found))})


def count(call: Call) -> Reply:
    """How many jobs there are."""
    return Reply({"count": len(found_jobs(call))})


def jobs_by_status(call: Call) -> Reply:
    """How many jobs have each status."""
    if not call.query:
        counted = {status.text: len(jobs) for status, jobs in call.engine.daily.by_status.items() if jobs}
    else:
        counted = _counted(job.status.text for job in found_jobs(call))
    return Reply([{"status": text, "count": number} for text, number in sorted(counted.items())])


def job_of(call: Call) -> DailyJob:
    """The job that a path names."""
    job = call.engine.daily.jobs.get(call.path["id"])
    if job is None:
        raise missing("daily job", call.path["id"])
    return job


def job(call: Call) -> Reply:
    """One job."""
    return Reply(raw=views.job_bytes(call.engine, job_of(call)))


def change_job(call: Call) -> Reply:
    """Change a job of the Daily: its instance properties."""
    found = job_of(call)
    for one in call.body.get("properties", ()):
        found.properties[one["name"]] = one.get("value", "")
    found.shown = None
    call.engine.night.journal.keep_job(found)
    return job(call)


def schedules(call: Call) -> Reply:
    """The schedules of the Daily."""
    found = _sorted(call, found_schedules(call))
    shown = [views.daily_schedule(call.engine, one) for one in page(call, found)]
    return Reply(shown, headers={"TotalResourceCount": str(len(found))})


def found_schedules(call: Call) -> list[DailySchedule]:
    """The schedules that a query asks for."""
    dates, ids, name = call.listed("dates"), call.listed("ids"), call.query.get("name")
    status, categories = call.listed("status"), call.listed("categories")
    failed = call.query.get("failedjobs", "").lower() == "true"
    return [
        one
        for one in call.engine.daily.schedules.values()
        if _within(one.date, dates)
        and _within(one.id, ids)
        and (not name or _like(one.name, name))
        and _within(one.status, status)
        and _within(one.category, categories)
        and (not failed or one.contains_failed_jobs)
    ]


def schedule(call: Call) -> Reply:
    """One schedule."""
    return Reply(views.daily_schedule(call.engine, schedule_of(call)))


def schedule_of(call: Call) -> DailySchedule:
    """The schedule that a path names."""
    found = call.engine.daily.schedules.get(call.path["id"])
    if found is None:
        raise missing("daily schedule", call.path["id"])
    return found


def schedule_dates(call: Call) -> Reply:
    """The dates for which a schedule is built."""
    return Reply(sorted({one.date for one in call.engine.daily.schedules.values()}))


def schedules_by_status(call: Call) -> Reply:
    """How many schedules have each status."""
    counted = _counted(one.status for one in found_schedules(call))
    return Reply([{"status": text, "count": number} for text, number in sorted(counted.items())])


def _part(view: Any) -> Any:
    return lambda call: Reply(view(job_of(call)))


def _properties(job: DailyJob) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in job.properties.items()]


def _counted(texts: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for text in texts:
        counted[text] = counted.get(text, 0) + 1
    return counted


def _within(value: str, wanted: Sequence[str] | set[str] | None) -> bool:
    return wanted is None or value in wanted


def _like(name: str, pattern: str) -> bool:
    return name.lower() == pattern.lower() or fnmatchcase(name.lower(), pattern.lower())


def page(call: Call, found: Sequence[Any]) -> list[Any]:
    """The part of a list that a call asks for."""
    offset, limit = call.number("offset") or 0, call.number("limit")
    return list(islice(found, offset, None if not limit else offset + limit))


def _sorted(call: Call, found: list[Any]) -> list[Any]:
    by = (call.query.get("sortby") or "").lower()
    if by == "name":
        return sorted(found, key=lambda one: str(one.name))
    if by == "status":
        return sorted(found, key=lambda one: str(one.status))
    return sorted(found, key=lambda one: str(one.id)) if by == "id" else found


_JOB = "/dailyjobs/{id}"
ENDPOINTS = [
    Endpoint("GET", "/dailyschedules", "Daily schedules", schedules, arr(DAILY_SCHEDULE), SCHEDULE_QUERY),
    Endpoint("GET", "/dailyschedules/dates", "Dates that are built", schedule_dates, arr(TEXT)),
    Endpoint(
        "GET",
        "/dailyschedules/count_by_status",
        "By status",
        schedules_by_status,
        arr(COUNT),
        SCHEDULE_FILTER,
    ),
    Endpoint("GET", "/dailyschedules/{id}", "One daily schedule", schedule, DAILY_SCHEDULE, fails=(404,)),
    Endpoint(
        "GET",
        "/dailyschedules/{id}/properties",
        "A schedule's instance properties",
        lambda call: Reply([{"name": name, "value": value} for name, value in schedule_of(call).properties.items()]),
        arr(PROPERTY),
        fails=(404,),
    ),
    Endpoint("GET", "/dailyjobs", "Daily jobs", jobs, arr(DAILY_JOB), JOB_QUERY),
    Endpoint("GET", "/dailyjobs/count", "How many daily jobs", count, obj("count", count=NUMBER), JOB_FILTER),
    Endpoint("GET", "/dailyjobs/count_by_status", "By status", jobs_by_status, arr(COUNT), JOB_FILTER),
    Endpoint("GET", _JOB, "One daily job", job, DAILY_JOB, fails=(404,)),
    Endpoint(
        "PUT",
        _JOB,
        "Change a daily job",
        change_job,
        DAILY_JOB,
        body=obj(properties=arr(obj("name", name=SOME, value=TEXT))),
        fails=(404,),
    ),
    Endpoint("GET", f"{_JOB}/status", "A job's status", _part(views.job_status), STATUS, fails=(404,)),
    Endpoint("GET", f"{_JOB}/properties", "A job's properties", _part(_properties), arr(PROPERTY), fails=(404,)),
    Endpoint("GET", f"{_JOB}/events", "A job's events", _part(views.events), arr(EVENT), fails=(404,)),
    Endpoint(
        "GET",
        f"{_JOB}/dependencies",
        "A job's dependencies",
        _part(lambda job: [views.dependency(edge) for edge in job.edges]),
        arr(DEPENDENCY),
        fails=(404,),
    ),
    Endpoint(
        "GET", f"{_JOB}/thresholdDependencies", "Its thresholds", _part(views.thresholds), arr(ANYTHING), fails=(404,)
    ),
    Endpoint(
        "GET", f"{_JOB}/resourceDependencies", "Its resources", _part(views.resources), arr(ANYTHING), fails=(404,)
    ),
    Endpoint(
        "GET",
        f"{_JOB}/expressionDependencies",
        "Its expression",
        _part(views.expressions),
        arr(ANYTHING),
        fails=(404,),
    ),
    Endpoint("GET", f"{_JOB}/documentation", "Its documentation", _part(lambda _: {"text": ""}), obj(), fails=(404,)),
    Endpoint("GET", f"{_JOB}/incidentTickets", "Incident tickets", _part(lambda _: []), arr(ANYTHING), fails=(404,)),
]
"""Everything that is read of the Daily."""
