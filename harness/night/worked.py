"""For how long the jobs of a night have computed in real time, of which the night's own clock knows nothing."""

from __future__ import annotations

from harness.history import History


def worked_s(history: History) -> dict[str, float]:
    """Seconds of CPU time by job, over all its launches that have ended."""
    found: dict[str, float] = {}
    for event in history.of("work", component="scheduler"):
        found[event.value["job"]] = found.get(event.value["job"], 0.0) + event.value["cpu_ms"] / 1e3
    return {job: round(seconds, 3) for job, seconds in found.items()}
