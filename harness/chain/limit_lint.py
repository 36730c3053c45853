"""Whether something ends each job before the deadline when a neighbour hangs: nothing but a limit does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from harness.chain.job import Job
from harness.chain.model import Chain
from harness.chain.rules import minutes_of
from harness.chain.stated_work import clock_time, earliest_start
from harness.values.strict import Location

LIMITING_PROGRAMS = ("timeout", "gtimeout")
"""Programs that end the one they start: GNU coreutils' own, and its name where other tools have the plain one."""


def limit_findings(chain: Chain) -> Iterator[tuple[Location, Literal["error", "warning"], str, str]]:
    """Jobs that nothing ends, and those that are ended only after the deadline. What a program limits is not seen."""
    if chain.switched_off or chain.scheduler != "opcon":
        return  # their rules are gone, or they never have any: their programs limit themselves
    deadline = minutes_of(chain.deadline) or 0.0
    starts = earliest_start(chain)
    for name, job in chain.jobs.items():
        if not job.run or job.run[0].rpartition("/")[2] in LIMITING_PROGRAMS:
            continue
        ends = _ends(job, starts(name))
        if not ends:
            if job.max_run_time is None:  # else it is told that its max run time only flags it
                text = f"nothing ends job '{name}' when a neighbour hangs: it is held for the whole night"
                todo = "set max_run_time and a rule: {when: exceeded_max_run_time, do: [kill, restart], times: 1}"
                yield ("jobs", name), "warning", text, todo
            continue
        key, minute = min(ends.items(), key=lambda end: end[1])
        if minute >= deadline:
            text = (
                f"job '{name}' is killed at {clock_time(minute)} at the earliest, and the deadline is {chain.deadline}"
            )
            yield ("jobs", name, key), "warning", text, "a limit helps when it leaves time for another attempt"


def _ends(job: Job, start: float) -> dict[str, float]:
    """The keys whose limit kills the job, and the first minute at which each may."""
    kills = {rule.when for rule in job.rules if "kill" in rule.do}
    ends = {}
    if job.max_run_time is not None and "exceeded_max_run_time" in kills:
        ends["max_run_time"] = start + job.max_run_time.total_seconds() / 60
    if (late := minutes_of(job.late_to_finish)) is not None and "late_to_finish" in kills:
        ends["late_to_finish"] = late
    return ends
