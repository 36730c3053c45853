"""The Daily: all schedules that are built and their jobs, by id, by name and by status."""

from __future__ import annotations

from collections.abc import Iterator

from harness.mocks.scheduler.daily.jobs import DailyJob, DailySchedule
from harness.mocks.scheduler.daily.status import Status


class Daily:
    """All schedules that are built, and their jobs by id and by name."""

    def __init__(self) -> None:
        self.schedules: dict[str, DailySchedule] = {}
        self.jobs: dict[str, DailyJob] = {}
        """By id, in the order in which they were built."""
        self.by_name: dict[str, dict[str, DailyJob]] = {}
        self._built = 0
        self.by_status: dict[Status, dict[DailyJob, None]] = {status: {} for status in Status}
        """The jobs that have each status: asked often, and never searched for."""

    def add_schedule(self, schedule: DailySchedule) -> None:
        """Take a schedule in."""
        self.schedules[schedule.id] = schedule

    def add(self, job: DailyJob) -> None:
        """Take a job in."""
        job.schedule.jobs[job.name] = job
        self.jobs[job.id] = job
        self.by_name.setdefault(job.name, {})[job.id] = job
        job.number = self._built = self._built + 1
        self.by_status[job.status][job] = None
        job.schedule.counts[job.status] += 1

    def remove(self, job: DailyJob) -> None:
        """Forget a job."""
        del job.schedule.jobs[job.name], self.jobs[job.id], self.by_name[job.name][job.id]
        del self.by_status[job.status][job]
        job.schedule.counts[job.status] -= 1

    def changed(self, job: DailyJob, status: Status) -> None:
        """Give a job another status."""
        del self.by_status[job.status][job]
        self.by_status[status][job] = None
        job.schedule.counts[job.status] -= 1
        job.schedule.counts[status] += 1
        job.status = status

    def named(self, name: str, *, date: str | None = None) -> Iterator[DailyJob]:
        """The jobs of that name, of one date or of all."""
        return (job for job in self.by_name.get(name, {}).values() if date in (None, job.schedule.date))

    def next_attempt(self, job: DailyJob) -> int:
        """The number of the job's next launch: jobs of one name have one count, because it names their output."""
        return 1 + max(one.attempt for one in self.named(job.name))

    def next_instance(self, date: str, master_id: int) -> int:
        """The number of a further schedule of that date."""
        taken = [one.instance for one in self.schedules.values() if (one.date, one.master_id) == (date, master_id)]
        return max(taken, default=0) + 1

    def free_name(self, schedule: DailySchedule, name: str) -> str:
        """The name of a further job of that master: OpCon gives duplicates a suffix."""
        number = 2
        while f"{name}_{number}" in schedule.jobs:
            number += 1
        return f"{name}_{number}" if name in schedule.jobs else name
