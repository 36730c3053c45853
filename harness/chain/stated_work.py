"""Whether a chain can be on time with the work that it states itself: before go-live, on a night without any fault."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Literal

from harness.chain.model import Chain
from harness.chain.rules import minutes_of
from harness.values.strict import Location


def work_findings(chain: Chain) -> Iterator[tuple[Location, Literal["error", "warning"], str, str]]:
    """Jobs whose work exceeds their max run time, or ends after the deadline, or begins after a latest start."""
    deadline = minutes_of(chain.deadline) or 0.0

    @functools.cache
    def starts(name: str) -> float:
        """The earliest minute at which a job can start, by its own time and what it waits for."""
        job = chain.jobs[name]
        own = minutes_of(job.at)
        return max([float("-inf") if own is None else own, *(ends(one) for one in job.waits_to_finish)])

    def ends(name: str) -> float:
        works = chain.jobs[name].works
        return starts(name) + (works.total_seconds() / 60 if works else 0.0)

    for name, job in chain.jobs.items():
        location: Location = ("jobs", name, "works")
        if job.works and job.max_run_time and job.works >= job.max_run_time:
            killed = any(rule.when == "exceeded_max_run_time" and "kill" in rule.do for rule in job.rules)
            what = "killed" if killed else "flagged"
            text = f"job '{name}' works {job.works}, and is {what} after {job.max_run_time}: so in every night"
            yield location, "error" if killed else "warning", text, "give it a longer max_run_time"
        if job.works and starts(name) < deadline <= ends(name):
            text = f"job '{name}' ends at {_clock(ends(name))} at the earliest, and the deadline is {chain.deadline}"
            todo = "start it earlier, or let it and what it waits for work less"
            yield location, "error", text, todo
        latest = minutes_of(job.latest_start)
        waited = max((ends(one) for one in job.waits_to_finish), default=float("-inf"))
        if latest is not None and latest < waited:
            text = f"what job '{name}' waits for ends at {_clock(waited)} at the earliest: it would never run"
            yield ("jobs", name, "latest_start"), "error", text, "latest_start must be after the work before it"


def _clock(minutes: float) -> str:
    hours, rest = divmod(round(minutes) % (24 * 60), 60)
    return f"{hours:02d}:{rest:02d}"
