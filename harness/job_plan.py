"""The scheduler's part of a night's plan: a job's dependencies, limits and events, in the words that the mock reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.chain import Chain, Cron, Dependency, Job
from harness.cron import starts_ns
from harness.night_times import NightTimes
from harness.units import ClockTime


def declared(chain: Chain) -> dict[str, Any]:
    """What the whole schedule has: thresholds, resources, properties, calendars, and its machine's limits."""
    return {
        "thresholds": dict(chain.thresholds),
        "resources": dict(chain.resources),
        "properties": dict(chain.properties),
        "calendars": {name: [day.isoformat() for day in days] for name, days in chain.calendars.items()},
        "maximum_jobs": chain.machine.maximum_jobs,
        "kill_allowed": chain.machine.kill_allowed,
    }


def scheduled(job: Job, times: NightTimes, places: Mapping[str, str]) -> dict[str, Any]:
    """When a job may start, what it waits for, and what follows its end; what it does not have is left out."""

    def at(time: ClockTime | None) -> int | None:
        return None if time is None else times.at(time)

    retry, recurrence = job.retry_on_failure, job.recurrence
    plan = {
        "at_ns": at(job.at),
        "latest_start_ns": at(job.latest_start),
        "late_to_start_ns": at(job.late_to_start),
        "late_to_finish_ns": at(job.late_to_finish),
        "max_run_time_ns": None if job.max_run_time is None else job.max_run_time.ns,
        "after": _dependencies(job.after),
        "requires": _dependencies(job.requires),
        "conflict": _dependencies(job.conflict),
        "exclude": _dependencies(job.exclude),
        "thresholds": [one.model_dump(by_alias=True) for one in job.thresholds],
        "resources": {name: None if amount == "all" else amount for name, amount in job.resources.items()},
        "expression": job.expression,
        "retry_on_failure": None if retry is None else {"attempts": retry.attempts, "every_ns": retry.every.ns},
        "recurrence": None
        if recurrence is None
        else {"runs": recurrence.runs, "every_ns": recurrence.every.ns, "from": recurrence.counted_from},
        "exit_codes": job.exit_codes.model_dump(by_alias=True, exclude_defaults=True, mode="json"),
        "frequency": job.frequency.model_dump(exclude_defaults=True, mode="json"),
        "hold": job.hold,
        "prerun": list(job.prerun),
        "steps": list(job.steps),
        "rules": [
            {"when": rule.when, "do": list(rule.do), "after_ns": rule.after.ns, "times": rule.times}
            for rule in job.rules
        ],
        "events": [{"when": event.when, "event": event.event} for event in job.events],
        "file_arrival": _file_arrival(job, times, places),
    }
    always = ("at_ns", "latest_start_ns", "max_run_time_ns", "after", "retry_on_failure", "rules")
    return {key: value for key, value in plan.items() if key in always or value}


def by_cron(chain: Chain, job: str, times: NightTimes) -> dict[str, Any]:
    """When a crontab starts the job in this night, and who is mailed what it prints; nothing under other schedulers."""
    scheduler, expression = chain.scheduler, chain.jobs[job].cron
    if not isinstance(scheduler, Cron) or expression is None:
        return {}
    mail_to = chain.owner_of(job) if scheduler.mailto is None else scheduler.mailto
    starts = starts_ns(expression, times.zone, times.begins_ns, times.closes_ns)
    return {"cron": {"starts_ns": list(starts), "mail_to": mail_to}}


def _dependencies(written: tuple[str | Dependency, ...]) -> list[Any]:
    return [one if isinstance(one, str) else one.model_dump() for one in written]


def _file_arrival(job: Job, times: NightTimes, places: Mapping[str, str]) -> dict[str, Any] | None:
    arrival = job.file_arrival
    if arrival is None:
        return None
    return {
        "file": f"{places[f'folder.{arrival.folder}']}/{arrival.file.format(date=times.date)}",
        "created_from_ns": None if arrival.created_from is None else times.at(arrival.created_from),
        "created_until_ns": None if arrival.created_until is None else times.at(arrival.created_until),
        "until_ns": times.at(arrival.until),
        "stable_for_ns": arrival.stable_for.ns,
        "subfolders": arrival.subfolders,
    }
