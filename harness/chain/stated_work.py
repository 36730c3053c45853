"""Whether a chain can be on time with the work that it states itself: before go-live, on a night without any fault."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Literal

from harness.chain.model import Chain
from harness.chain.rules import minutes_of
from harness.values.strict import Location


def earliest_start(chain: Chain) -> Callable[[str], float]:
    """The earliest minute at which a job can start, by its own time and the stated work of what it waits for."""

    @functools.cache
    def starts(name: str) -> float:
        job = chain.jobs[name]
        own = minutes_of(job.at)
        waited = [starts(one) + _work_minutes(chain, one) for one in job.waits_to_finish]
        return max([float("-inf") if own is None else own, *waited])

    return starts


def work_findings(chain: Chain) -> Iterator[tuple[Location, Literal["error", "warning"], str, str]]:
    """Jobs whose work exceeds their max run time, or ends after the deadline, or begins after a latest start."""
    deadline = minutes_of(chain.deadline) or 0.0

    starts = earliest_start(chain)

    def ends(name: str) -> float:
        return starts(name) + _work_minutes(chain, name)

    for name, job in chain.jobs.items():
        location: Location = ("jobs", name, "works")
        if job.works and job.max_run_time and job.works >= job.max_run_time:
            killed = any(rule.when == "exceeded_max_run_time" and "kill" in rule.do for rule in job.rules)
            what = "killed" if killed else "flagged"
            text = f"job '{name}' works {job.works}, and is {what} after {job.max_run_time}: so in every night"
            yield location, "error" if killed else "warning", text, "give it a longer max_run_time"
        if job.works and starts(name) < deadline <= ends(name):
            text = (
                f"job '{name}' ends at {clock_time(ends(name))} at the earliest, and the deadline is {chain.deadline}"
            )
            todo = "start it earlier, or let it and what it waits for work less"
            yield location, "error", text, todo
        latest = minutes_of(job.latest_start)
        waited = max((ends(one) for one in job.waits_to_finish), default=float("-inf"))
        if latest is not None and latest < waited:
            text = f"what job '{name}' waits for ends at {clock_time(waited)} at the earliest: it would never run"
            yield ("jobs", name, "latest_start"), "error", text, "latest_start must be after the work before it"


def _work_minutes(chain: Chain, name: str) -> float:
    works = chain.jobs[name].works
    return works.total_seconds() / 60 if works else 0.0


def clock_time(minutes: float) -> str:
    """Minutes from the business date's midnight as a time of day."""
    hours, rest = divmod(round(minutes) % (24 * 60), 60)
    return f"{hours:02d}:{rest:02d}"
