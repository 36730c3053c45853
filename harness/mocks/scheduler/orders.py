"""What the scheduler takes from the night's plan: its master jobs, their times, dependencies, rules and events."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.mocks.scheduler.criteria import ExitCodes
from harness.mocks.scheduler.frequency import Frequency
from harness.mocks.scheduler.moments import on_another_day


@dataclass(frozen=True, slots=True)
class Rule:
    """When something happens to a job, do something, after a while, at most so many times."""

    when: str
    do: tuple[str, ...]
    after_ns: int = 0
    times: int | None = None

    @property
    def restarts(self) -> bool:
        """Whether its restart can be granted: only a job that has ended, or is ended first, can be started again."""
        if "restart" not in self.do:
            return False
        before = self.do[: self.do.index("restart")]
        if self.when == "exceeded_max_run_time":
            return "kill" in before
        if self.when == "still_attempting_start":
            return "mark_failed" in before
        return self.when in ("initialization_error", "failed")


@dataclass(frozen=True, slots=True)
class Retry:
    """Retry on Failure: so many further attempts, so far apart, for Failed and nothing else."""

    attempts: int
    every_ns: int


@dataclass(frozen=True, slots=True)
class Recurrence:
    """So many runs of one job, so far apart, from start to start or from end to start."""

    runs: int
    every_ns: int
    counted_from: str = "end"


@dataclass(frozen=True, slots=True)
class Dependency:
    """What a job minds of another: its kind, on which end, and of how many days before."""

    job: str
    kind: str = "after"
    on: str = "finished_ok"
    days_before: int = 0


@dataclass(frozen=True, slots=True)
class ThresholdNeed:
    """A threshold that must compare so with a value: EQ, NE, GT, LT, GE, LE."""

    threshold: str
    operator: str
    value: int


@dataclass(frozen=True, slots=True)
class EventOrder:
    """An OpCon event that is fired when something happens to the job."""

    when: str
    event: str


@dataclass(frozen=True, slots=True)
class FileArrival:
    """The file that a file-arrival job waits for, in which window of creation times, and how long it must be still."""

    file: str
    created_from_ns: int | None
    created_until_ns: int | None
    until_ns: int | None
    stable_for_ns: int
    subfolders: bool


@dataclass(frozen=True, slots=True)
class Cron:
    """The entry of a crontab: when it starts the job's command, in a shell, and who is mailed what that prints."""

    starts_ns: tuple[int, ...]
    mail_to: str


@dataclass(frozen=True, slots=True)
class JobOrder:
    """One master job as the plan defines it; times are UTC nanoseconds on the plan's date."""

    job: str
    run: tuple[str, ...]
    cwd: str
    environment: Mapping[str, str]
    agent: str
    owner: str
    at_ns: int | None = None
    latest_start_ns: int | None = None
    late_to_start_ns: int | None = None
    late_to_finish_ns: int | None = None
    max_run_time_ns: int | None = None
    dependencies: tuple[Dependency, ...] = ()
    thresholds: tuple[ThresholdNeed, ...] = ()
    resources: Mapping[str, int | None] = field(default_factory=dict)
    expression: str | None = None
    retry: Retry | None = None
    recurrence: Recurrence | None = None
    exit_codes: ExitCodes = field(default_factory=ExitCodes)
    prerun: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    hold: bool = False
    rules: tuple[Rule, ...] = ()
    events: tuple[EventOrder, ...] = ()
    file_arrival: FileArrival | None = None
    frequency: Frequency = field(default_factory=Frequency)
    cron: Cron | None = None

    @property
    def is_null(self) -> bool:
        """A Null Job runs nothing: it is there for its dependencies and events."""
        return not self.run and self.file_arrival is None

    @property
    def command(self) -> str:
        """What it runs, as a line for a shell."""
        return shlex.join(self.run)

    def of(self, kind: str) -> list[Dependency]:
        """Its dependencies of one kind."""
        return [one for one in self.dependencies if one.kind == kind]

    def on_day(self, days: int, timezone: str) -> JobOrder:
        """The same job so many days later, at the same times of day."""
        if not days:
            return self

        def moved(at_ns: int | None) -> int | None:
            return on_another_day(at_ns, days, timezone)

        arrival = self.file_arrival
        if arrival is not None:
            arrival = replace(
                arrival,
                created_from_ns=moved(arrival.created_from_ns),
                created_until_ns=moved(arrival.created_until_ns),
                until_ns=moved(arrival.until_ns),
            )
        return replace(
            self,
            at_ns=moved(self.at_ns),
            latest_start_ns=moved(self.latest_start_ns),
            late_to_start_ns=moved(self.late_to_start_ns),
            late_to_finish_ns=moved(self.late_to_finish_ns),
            file_arrival=arrival,
        )


@dataclass(frozen=True, slots=True)
class NightOrder:
    """The night: whose schedule it is, when it begins, its master jobs in the order in which ties are broken.

    ``folders`` are the paths of the chain's folders, as its jobs see them.
    """

    chain: str
    runbook: str | None
    timezone: str
    date: str
    begins_ns: int
    desk: str | None
    folders: Mapping[str, str]
    jobs: tuple[JobOrder, ...]
    thresholds: Mapping[str, int]
    resources: Mapping[str, int]
    properties: Mapping[str, str]
    calendars: Mapping[str, Sequence[str]]
    maximum_jobs: int | None
    kill_allowed: bool
    operators: Sequence[Mapping[str, Any]]
    disabled_users: Sequence[str]
    """Login names, in lower case, that get no token."""

    @property
    def is_crontab(self) -> bool:
        """Whether cron starts the jobs, and OpCon is not there."""
        return any(job.cron is not None for job in self.jobs)

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> NightOrder:
        """Read the plan, and refuse one whose dependencies do not resolve."""
        jobs = tuple(_job(job, plan) for job in plan["jobs"])
        known = {job.job for job in jobs}
        for job in jobs:
            for one in job.dependencies:
                if one.job not in known:
                    raise ValueError(f"plan: job {job.job!r} runs {one.kind} {one.job!r}, which is not one of its jobs")
        return cls(
            chain=plan["chain"],
            runbook=plan.get("runbook"),
            timezone=plan["timezone"],
            date=plan["date"],
            begins_ns=plan["begins_ns"],
            desk=plan.get("desk"),
            folders=plan.get("folder_paths") or {},
            jobs=jobs,
            thresholds=plan.get("thresholds") or {},
            resources=plan.get("resources") or {},
            properties=plan.get("properties") or {},
            calendars=plan.get("calendars") or {},
            maximum_jobs=plan.get("maximum_jobs"),
            kill_allowed=plan.get("kill_allowed", True),
            operators=plan.get("operators") or (),
            disabled_users=plan.get("disabled_users") or (),
        )


def _job(job: Mapping[str, Any], plan: Mapping[str, Any]) -> JobOrder:
    retry, recurrence, arrival = job.get("retry_on_failure"), job.get("recurrence"), job.get("file_arrival")
    cron = job.get("cron")
    return JobOrder(
        job=job["job"],
        run=tuple(job.get("run") or ()),
        cwd=job.get("cwd") or "/",
        environment=job.get("environment") or {},
        agent=job.get("agent") or "agent",
        owner=job.get("owner") or plan["owner"],
        at_ns=job.get("at_ns"),
        latest_start_ns=job.get("latest_start_ns"),
        late_to_start_ns=job.get("late_to_start_ns"),
        late_to_finish_ns=job.get("late_to_finish_ns"),
        max_run_time_ns=job.get("max_run_time_ns"),
        dependencies=tuple(
            _dependency(kind, one)
            for kind in ("after", "requires", "conflict", "exclude")
            for one in job.get(kind) or ()
        ),
        thresholds=tuple(
            ThresholdNeed(need["threshold"], need["is"], need["value"]) for need in job.get("thresholds") or ()
        ),
        resources=job.get("resources") or {},
        expression=job.get("expression"),
        retry=Retry(retry["attempts"], retry["every_ns"]) if retry else None,
        recurrence=Recurrence(recurrence["runs"], recurrence["every_ns"], recurrence["from"]) if recurrence else None,
        exit_codes=ExitCodes.of(job.get("exit_codes") or {}),
        prerun=tuple(job.get("prerun") or ()),
        steps=tuple(job.get("steps") or ()),
        hold=bool(job.get("hold")),
        rules=tuple(
            Rule(rule["when"], tuple(rule["do"]), rule.get("after_ns") or 0, rule.get("times"))
            for rule in job.get("rules") or ()
        ),
        events=tuple(EventOrder(event["when"], event["event"]) for event in job.get("events") or ()),
        file_arrival=FileArrival(**arrival) if arrival else None,
        frequency=Frequency.of(job.get("frequency") or {}),
        cron=Cron(tuple(cron["starts_ns"]), cron["mail_to"]) if cron else None,
    )


def _dependency(kind: str, written: str | Mapping[str, Any]) -> Dependency:
    if isinstance(written, str):
        return Dependency(written, kind)
    return Dependency(written["job"], kind, written.get("on") or "finished_ok", written.get("days_before") or 0)
