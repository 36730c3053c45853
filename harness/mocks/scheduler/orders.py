"""What the scheduler takes from the night's plan: its jobs, their times, dependencies and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
        ended_first = "kill" in self.do and self.do.index("kill") < self.do.index("restart")
        return self.when in ("initialization_error", "failed") or (self.when == "exceeded_max_run_time" and ended_first)


@dataclass(frozen=True, slots=True)
class Retry:
    """Retry on Failure: so many further attempts, so far apart, for Failed and nothing else."""

    attempts: int
    every_ns: int


@dataclass(frozen=True, slots=True)
class JobOrder:
    """One job as the plan defines it; times are UTC nanoseconds."""

    job: str
    run: tuple[str, ...]
    cwd: str
    environment: Mapping[str, str]
    agent: str
    at_ns: int | None
    latest_start_ns: int | None
    max_run_time_ns: int | None
    after: tuple[str, ...]
    retry: Retry | None
    rules: tuple[Rule, ...]
    owner: str


@dataclass(frozen=True, slots=True)
class NightOrder:
    """The night's schedule: whose it is, when it begins, and its jobs in the order in which ties are broken.

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

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> NightOrder:
        """Read the plan, and refuse one whose dependencies do not resolve."""
        jobs = tuple(_job(job, plan) for job in plan["jobs"])
        known = {job.job for job in jobs}
        for job in jobs:
            for predecessor in job.after:
                if predecessor not in known:
                    raise ValueError(f"plan: job {job.job!r} runs after {predecessor!r}, which is not one of its jobs")
        return cls(
            chain=plan["chain"],
            runbook=plan.get("runbook"),
            timezone=plan["timezone"],
            date=plan["date"],
            begins_ns=plan["begins_ns"],
            desk=plan.get("desk"),
            folders=plan.get("folder_paths") or {},
            jobs=jobs,
        )


def _job(job: Mapping[str, Any], plan: Mapping[str, Any]) -> JobOrder:
    retry = job.get("retry_on_failure")
    return JobOrder(
        job=job["job"],
        run=tuple(job["run"]),
        cwd=job["cwd"],
        environment=job.get("environment") or {},
        agent=job.get("agent") or "agent",
        at_ns=job.get("at_ns"),
        latest_start_ns=job.get("latest_start_ns"),
        max_run_time_ns=job.get("max_run_time_ns"),
        after=tuple(job.get("after") or ()),
        retry=Retry(retry["attempts"], retry["every_ns"]) if retry else None,
        rules=tuple(
            Rule(rule["when"], tuple(rule["do"]), rule.get("after_ns") or 0, rule.get("times"))
            for rule in job.get("rules") or ()
        ),
        owner=job.get("owner") or plan["owner"],
    )
