"""OpCon properties: the global ones, and those of a schedule or a job of the Daily before them."""

from __future__ import annotations

from collections.abc import Mapping

from harness.mocks.scheduler.daily.jobs import DailyJob


class Properties:
    """Global properties, and those of a schedule or job instance before them; names in any case."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)

    def find(self, name: str, *nearer: Mapping[str, str]) -> str | None:
        """The value of a property: of the first of ``nearer`` that has it, else the global one."""
        wanted = name.lower()
        for prefix in ("gl.", "si.", "ji."):
            wanted = wanted.removeprefix(prefix)
        for values in (*nearer, self.values):
            for known, value in values.items():
                if known.lower() == wanted:
                    return value
        return None

    def of_job(self, job: DailyJob, name: str) -> str | None:
        """The value of a property token: the job's own, its schedule's, OpCon's own names, the global one."""
        own = {"$JOB NAME": job.name, "$SCHEDULE NAME": job.schedule.name, "$SCHEDULE DATE": job.schedule.date}
        return self.find(name, job.properties, job.schedule.properties, own)
