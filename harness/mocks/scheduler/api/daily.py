"""What clients ask of the Daily: schedules, jobs, counts, and everything that a job has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from harness.mocks.scheduler.api import counts, defined, shapes, views, waits
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Query, Reply
from harness.mocks.scheduler.api.failure import missing
from harness.mocks.scheduler.api.shapes import ANYTHING, NUMBER, PROPERTY, SOME, TEXT, Shape, arr, obj
from harness.mocks.scheduler.daily.jobs import DailyJob, DailySchedule

PAGING = (
    Query("limit", {"type": "integer", "minimum": 0, "maximum": 999_999_999}, "at most so many; 0: only the count"),
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
    daily = call.monitor.context.daily
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
        for one, jobs in call.monitor.context.daily.by_status.items()
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

        self._schedules, self._dates = lower("scheduleIds"), call.dates()
        self._schedule = call.query.get("schedulename")
        self._status, self._categories = lower("status"), lower("categories")
        self._machines = lower("machine") or lower("startMachine")
        self._types, self._tags = lower("jobType"), lower("tags")
        self.asks = any(value is not None and value != "" for value in vars(self).values())

    def has(self, job: DailyJob) -> bool:
        """Whether the job is one of them."""
        schedule, kind = job.schedule, defined.job_type(job.master)
        return (
            _within(schedule.id, self._schedules)
            and _within(schedule.date, self._dates)
            and (not self._schedule or _like(schedule.name, self._schedule))
            and _within(job.status.text.lower(), self._status)
            and _within(job.status.category.lower(), self._categories)
            and _within(job.master.agent.lower(), self._machines)
            and (self._types is None or bool({str(kind["id"]), kind["description"].lower()} & self._types))
            and self._tags is None
        )


def jobs(call: Call) -> Reply:
    """The jobs, one page of them, and how many there are."""
    found = found_jobs(call)
    shown = [views.job_bytes(call.monitor, job) for job in page(call, found)]
    raw = b"[" + b",".join(shown) + b"]"
    return Reply(raw=raw, headers={"TotalResourceCount": str(len(found))})


def count(call: Call) -> Reply:
    """How many jobs there are."""
    return Reply({"count": len(found_jobs(call))})


def jobs_by_status(call: Call) -> Reply:
    """How many jobs there are of each category."""
    if call.query:
        return Reply(counts.of_jobs((job.status, 1) for job in found_jobs(call)))
    return Reply(counts.of_jobs((status, len(jobs)) for status, jobs in call.monitor.context.daily.by_status.items()))


def job_of(call: Call) -> DailyJob:
    """The job that a path names."""
    job = call.monitor.context.daily.jobs.get(call.path["id"])
    if job is None:
        raise missing("daily job", call.path["id"])
    return job


def job(call: Call) -> Reply:
    """One job."""
    return Reply(raw=views.job_bytes(call.monitor, job_of(call)))


def change_job(call: Call) -> Reply:
    """Change a job of the Daily: its instance properties."""
    found = job_of(call)
    for one in call.body.get("properties", ()):
        found.properties[one["key"]] = one.get("value", "")
    call.monitor.context.journal.keep_job(found)
    return job(call)


def schedules(call: Call) -> Reply:
    """The schedules of the Daily."""
    found = _sorted(call, found_schedules(call))
    shown = [views.daily_schedule(call.monitor, one) for one in page(call, found)]
    return Reply(shown, headers={"TotalResourceCount": str(len(found))})


def found_schedules(call: Call) -> list[DailySchedule]:
    """The schedules that a query asks for."""
    dates, ids, name = call.dates(), call.listed("ids"), call.query.get("name")
    status, categories = call.listed("status"), call.listed("categories")
    failed = call.query.get("failedjobs", "").lower() == "true"
    return [
        one
        for one in call.monitor.context.daily.schedules.values()
        if _within(one.date, dates)
        and _within(one.id, ids)
        and (not name or _like(one.name, name))
        and _within(one.status, status)
        and _within(one.category, categories)
        and (not failed or one.contains_failed_jobs)
    ]


def schedule(call: Call) -> Reply:
    """One schedule."""
    return Reply(views.daily_schedule(call.monitor, schedule_of(call)))


def schedule_of(call: Call) -> DailySchedule:
    """The schedule that a path names."""
    found = call.monitor.context.daily.schedules.get(call.path["id"])
    if found is None:
        raise missing("daily schedule", call.path["id"])
    return found


def schedule_dates(call: Call) -> Reply:
    """The dates for which a schedule is built."""
    return Reply(sorted({one.date for one in call.monitor.context.daily.schedules.values()}))


def schedules_by_status(call: Call) -> Reply:
    """How many schedules there are of each category."""
    return Reply(counts.of_schedules(found_schedules(call)))


def schedule_property(call: Call) -> Reply:
    """One instance property of a schedule, by its name."""
    found = schedule_of(call).properties
    for name, value in found.items():
        if name.lower() == call.path["name"].lower():
            return Reply({"key": name, "value": value})
    raise missing("schedule property", call.path["name"])


def graph(call: Call) -> Reply:
    """The dependencies of the Daily as a graph; of some jobs, or of all jobs of some schedules."""
    jobs, schedules = call.listed("jobIds"), call.listed("scheduleIds")
    return Reply(
        [
            waits.graph_edge(edge)
            for job in call.monitor.context.daily.jobs.values()
            if _within(job.id, jobs) and _within(job.schedule.id, schedules)
            for edge in job.edges
        ]
    )


def histories(call: Call) -> Reply:
    """Every job of the Daily that has ended, as history."""
    found = [one for job in found_jobs(call) if (one := views.job_history(call.monitor, job)) is not None]
    return Reply(page(call, found), headers={"TotalResourceCount": str(len(found))})


def _within(value: str, wanted: Sequence[str] | set[str] | None) -> bool:
    return wanted is None or value in wanted


def _like(name: str, pattern: str) -> bool:
    return name.lower() == pattern.lower() or fnmatchcase(name.lower(), pattern.lower())


def page(call: Call, found: Sequence[Any]) -> list[Any]:
    """The part of a list that a call asks for."""
    offset, limit = call.number("offset") or 0, call.number("limit")
    return list(islice(found, offset, None if limit is None else offset + limit))


def _sorted(call: Call, found: list[Any]) -> list[Any]:
    by = (call.query.get("sortby") or "").lower()
    if by == "name":
        return sorted(found, key=lambda one: str(one.name))
    if by == "status":
        return sorted(found, key=lambda one: str(one.status))
    return sorted(found, key=lambda one: str(one.id)) if by == "id" else found


def _part(name: str, summary: str, shape: Shape, view: Callable[[Call, DailyJob], Any]) -> Endpoint:
    """A part of a job as a resource of its own."""
    return Endpoint(
        "GET", f"{_JOB}/{name}", summary, lambda call: Reply(view(call, job_of(call))), shape, fails=(404,)
    )  # fmt: skip


_JOB, _SCHEDULE = "/dailyjobs/{id}", "/dailyschedules/{id}"
_JOB_PROPERTIES = obj(properties=arr(obj("key", key=SOME, value=TEXT)))
_GRAPH_QUERY = (Query("jobIds", TEXT, "ids of jobs, with commas"), JOB_FILTER[0])
ENDPOINTS = [
    Endpoint("GET", "/dailyschedules", "Daily schedules", schedules, arr(shapes.DAILY_SCHEDULE), SCHEDULE_QUERY),
    Endpoint("GET", "/dailyschedules/dates", "Dates that are built", schedule_dates, arr(TEXT)),
    Endpoint(
        "GET", "/dailyschedules/count_by_status", "By status", schedules_by_status, shapes.counts(counts.SCHEDULES),
        SCHEDULE_FILTER,
    ),
    Endpoint("GET", _SCHEDULE, "One daily schedule", schedule, shapes.DAILY_SCHEDULE, fails=(404,)),
    Endpoint(
        "GET", f"{_SCHEDULE}/properties", "A schedule's instance properties",
        lambda call: Reply(views.properties(schedule_of(call))), arr(PROPERTY), fails=(404,),
    ),
    Endpoint(
        "GET", f"{_SCHEDULE}/properties/{{name}}", "One of them", schedule_property, PROPERTY, fails=(404,)
    ),
    Endpoint("GET", "/dailyjobs", "Daily jobs", jobs, arr(shapes.DAILY_JOB), JOB_QUERY),
    Endpoint("GET", "/dailyjobs/count", "How many daily jobs", count, obj("count", count=NUMBER), JOB_FILTER),
    Endpoint(
        "GET", "/dailyjobs/count_by_status", "By status", jobs_by_status, shapes.counts(counts.JOBS), JOB_FILTER
    ),
    Endpoint("GET", _JOB, "One daily job", job, shapes.DAILY_JOB, fails=(404,)),
    Endpoint("PUT", _JOB, "Change a daily job", change_job, shapes.DAILY_JOB, body=_JOB_PROPERTIES, fails=(404,)),
    _part("status", "A job's status", shapes.STATUS, lambda _, job: views.job_status(job)),
    _part("properties", "A job's properties", arr(PROPERTY), lambda _, job: views.properties(job)),
    _part("events", "A job's events", arr(shapes.EVENT_APART), lambda _, job: defined.events_apart(job)),
    _part("dependencies", "A job's dependencies", arr(shapes.DEPENDENCY), lambda _, job: waits.dependencies(job)),
    _part(
        "thresholdDependencies", "Its thresholds", arr(shapes.THRESHOLD_DEPENDENCY),
        lambda call, job: waits.thresholds(call.monitor.shared, job),
    ),
    _part(
        "resourceDependencies", "Its resources", arr(shapes.RESOURCE_DEPENDENCY),
        lambda call, job: waits.resources(call.monitor.shared, job),
    ),
    _part("expressionDependencies", "Its expression", shapes.EXPRESSIONS, lambda _, job: waits.expression(job)),
    _part(
        "documentation", "Its documentation", shapes.DOCUMENTATION,
        lambda call, _: defined.documentation(call.monitor.context.plan.runbook),
    ),
    _part("incidentTickets", "Incident tickets", arr(ANYTHING), lambda _call, _job: []),
    Endpoint("GET", "/dailygraphedges", "Dependencies as a graph", graph, arr(shapes.EDGE), _GRAPH_QUERY),
    Endpoint(
        "GET", "/dailygraphedges/{id}", "Those of a job",
        lambda call: Reply([waits.graph_edge(edge) for edge in job_of(call).edges]), arr(shapes.EDGE), fails=(404,),
    ),
    Endpoint("GET", "/jobhistories", "Jobs that have ended", histories, arr(shapes.JOB_HISTORY), JOB_QUERY),
]  # fmt: skip
"""Everything that is read of the Daily."""
