"""How the jobs of a night ended: each by its last end, for a run that went well may be followed by one that fails."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from harness.checks.model.holdings import begin_event
from harness.history import Event, History


@dataclass
class JobRuns:
    """The runs of one job, as the scheduler saw them."""

    ends: list[Event] = field(default_factory=list)
    """Every end, in order: of a run, or a launch that failed."""
    open: dict[int, int] = field(default_factory=dict)
    """The runs that have not ended: attempt to UTC nanoseconds of its launch."""
    began: int | None = None
    """When it was launched last."""
    spans: list[tuple[int, int]] = field(default_factory=list)
    """From when to when the others ran."""

    @property
    def last(self) -> Event | None:
        """Its last end."""
        return self.ends[-1] if self.ends else None

    @property
    def finished(self) -> bool:
        """Whether its last end was a good one."""
        return self.last is not None and self.last.type == "ok"

    @property
    def well_since(self) -> int | None:
        """When the first of the good ends was that no bad one follows, UTC in nanoseconds; None where the last is bad.

        Under a crontab a job has several runs a night, of which the later ones may have nothing left to do.
        """
        since = None
        for end in reversed(self.ends):
            if end.type != "ok":
                break
            since = end.at
        return since

    @property
    def still_runs(self) -> bool:
        """Whether it was started after its last end. A start before that was given up: order or end was lost."""
        return any(self.last is None or began > self.last.at for began in self.open.values())

    def last_by(self, moment_ns: int) -> Event | None:
        """Its last end until then."""
        until = bisect_right(self.ends, moment_ns, key=lambda event: event.at)
        return self.ends[until - 1] if until else None

    def runs_at(self, moment_ns: int) -> bool:
        """Whether it ran then."""
        ended = any(began <= moment_ns <= end for began, end in self.spans)
        return ended or (self.still_runs and max(self.open.values()) <= moment_ns)


@lru_cache(maxsize=4)
def runs(history: History) -> dict[str, JobRuns]:
    """What every job that was launched came to."""
    found: dict[str, JobRuns] = {}
    for event in history.of(component="scheduler"):
        if event.action not in ("launch", "job"):
            continue
        job, attempt = found.setdefault(event.value["job"], JobRuns()), event.value.get("attempt", 0)
        if event.type == "invoke":
            job.open[attempt] = job.began = event.at
        elif event.action == "job" or event.type == "fail":
            job.ends.append(event)
            if (began := job.open.pop(attempt, None)) is not None:
                job.spans.append((began, event.at))
    return found


def finished(history: History) -> dict[str, int]:
    """The jobs whose last end was a good one, and when that was: UTC, in nanoseconds."""
    return {name: job.last.at for name, job in runs(history).items() if job.last is not None and job.finished}


def unfinished(night: History, baseline: History) -> tuple[str, ...]:
    """The jobs that ended well in the baseline and did not in the night, in the chain's order.

    One that ended well, was started again and is still at it when the night is over has not ended either.
    """
    calm, now = runs(baseline), runs(night)
    still = {name for name, job in now.items() if job.still_runs and not calm.get(name, JobRuns()).still_runs}
    missing = {name for name in finished(baseline) if name in still or name not in finished(night)}
    order = [*begin_event(night).value["jobs"], *sorted(missing)]
    return tuple(name for name in dict.fromkeys(order) if name in missing)


def how_it_stands(night: History, job: str) -> str:
    """What became of a job that did not end well: failed, never ended, never started; and why, where that is told."""
    found = runs(night).get(job)
    if found is None:
        return f"never started{_waiting(night, job)}"
    if found.still_runs or found.last is None:
        return "never ended"
    if found.last.action == "launch":
        return "could not be started"
    code, signal = found.last.value.get("exit"), found.last.value.get("signal")
    if signal is not None:
        return f"failed (signal {signal})"
    return "failed" if code is None else f"failed (exit code {code})"


def successors(night: History, jobs: set[str]) -> set[str]:
    """These jobs, and all that start only after them."""
    after = {name: job["after"] for name, job in begin_event(night).value["jobs"].items()}
    found = set(jobs)
    while more := {name for name, others in after.items() if name not in found and found & set(others)}:
        found |= more
    return found


def predecessors(night: History, job: str) -> set[str]:
    """All that must have ended before this job, however far; of one that the chain does not have, none."""
    after = {name: one["after"] for name, one in begin_event(night).value["jobs"].items()}
    found: set[str] = set()
    pending = list(after.get(job, ()))
    while pending:
        other = pending.pop()
        if other not in found:
            found.add(other)
            pending += after.get(other, ())
    return found


def _waiting(night: History, job: str) -> str:
    """Why it did not start, where that is its own: on hold, missed, left out; not that it waits for another one."""
    return next(_reasons(night, job), "")


def _reasons(night: History, job: str) -> Iterator[str]:
    if night.of("missed", job=job):
        yield " (its latest start passed)"
    date = begin_event(night).value["date"]
    for build in night.of("build", date=date):
        if job in build.value["left_out"]:
            yield f" (not built: {build.value['left_out'][job]})"
    last = night.of("status", job=job).last()
    if last is not None and "hold" in last.value["status"].lower():
        yield " (on hold)"
