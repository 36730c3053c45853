"""How many jobs, schedules and machines stand how: an object of counts, with the names of the vendor's clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.mocks.scheduler.daily.jobs import DailySchedule
from harness.mocks.scheduler.daily.shared_resources import OPERATION, Machine
from harness.mocks.scheduler.daily.status import SCHEDULE_CATEGORY, Status


def _name(category: str) -> str:
    return category.lower().replace(" ", "")


JOBS = tuple(dict.fromkeys(_name(status.category) for status in Status))
SCHEDULES = (*dict.fromkeys(map(_name, SCHEDULE_CATEGORY.values())), "failed")
MACHINES = (*map(_name, OPERATION.values()), "error", "waiting")


def of_jobs(numbers: Iterable[tuple[Status, int]]) -> Mapping[str, int]:
    """Jobs by the category of their status."""
    counted = dict.fromkeys(JOBS, 0)
    for status, number in numbers:
        counted[_name(status.category)] += number
    return counted


def of_schedules(schedules: Iterable[DailySchedule]) -> Mapping[str, int]:
    """Schedules by the category of their status; those with failed jobs are counted as failed besides."""
    counted = dict.fromkeys(SCHEDULES, 0)
    for schedule in schedules:
        counted[_name(schedule.category)] += 1
        counted["failed"] += schedule.contains_failed_jobs
    return counted


def of_machines(machines: Iterable[Machine]) -> Mapping[str, int]:
    """Machines by what they take; none here is in error, or waited for."""
    counted = dict.fromkeys(MACHINES, 0)
    for machine in machines:
        counted[_name(OPERATION[machine.operation])] += 1
    return counted
