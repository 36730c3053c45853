"""What the jobs of a night worked in real time, so that nobody takes "on time" for more than it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.values.units import Duration

if TYPE_CHECKING:
    from harness.night.result import Result

_WORTH_SAYING_S, _WORTH_NAMING_S = 1.0, 0.1
"""A job that starts an interpreter and asks once has worked for less, and of that no deadline depends."""


def worked(jobs: Mapping[str, float]) -> str:
    """The jobs that have worked for long enough to be named, the first one first; nothing where none did."""
    if max(jobs.values(), default=0.0) < _WORTH_SAYING_S:
        return ""
    return ", ".join(f"{job} worked {seconds:.1f} s" for job, seconds in jobs.items() if seconds >= _WORTH_NAMING_S)


def work(result: Result) -> str:
    """One sentence of what the jobs worked in real time, and what their chain says that it takes; or nothing."""
    if result.clock != "virtual":
        return ""
    found = worked(result.worked_s)
    charged = ", ".join(f"{job} {span}" for job, span in stated(result).items())
    parts = [
        f"work costs no virtual time: {found}" if found else "",
        f"charged as stated: {charged}" if charged else "",
    ]
    return "; ".join(filter(None, parts))


def stated(result: Result) -> dict[str, Duration]:
    """What the chain says that the work of a job takes, which is charged at each of its launches."""
    if result.clock != "virtual":
        return {}
    return {name: job.works for name, job in result.scenario.chain.jobs.items() if job.works is not None}
