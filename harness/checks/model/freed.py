"""What only the end of a fault freed: faults without an end of their own are taken out at the deadline, and in a real
night they would not have been. What a job does then because of that, the chain has not done by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.checks.model.commits import came_at, commits
from harness.checks.model.ends import JobRuns, finished, runs, successors
from harness.checks.model.holdings import begin_event, consumers
from harness.checks.model.wanted import sent_besides
from harness.history import Event, History


@dataclass(frozen=True)
class Freed:
    """What was delivered or ended only because a fault was taken out at the deadline."""

    jobs: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    """How many each consumer got only then."""
    partly: tuple[str, ...] = ()
    """Those of them that had a part of the night's rows before."""
    faults: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """The jobs in which something was kept waiting until then, of which there was no limit."""

    def __bool__(self) -> bool:
        return bool(self.jobs or self.rows)


def freed(night: History, baseline: History) -> Freed:
    """Jobs and rows that came after the deadline and the fault's end, of a job that the fault kept back till then.

    A job that met it once more is kept back by it (a retry that would have failed again), and so is every job that ran
    when something held was let go; with each, those that start only after it. What the baseline has late as well is not
    looked at.
    """
    deadline = begin_event(night).value["deadline_ns"]
    events = [event for event in night.of("freed") if event.at >= deadline]
    if not events:
        return Freed()
    kept = {job: event.at for event in reversed(events) for job in _kept_back(night, event)}
    kept_back = successors(night, set(kept))
    in_time = {job for job, at in finished(baseline).items() if at <= deadline}
    late = {job for job, at in finished(night).items() if at > deadline}
    jobs = tuple(job for job in begin_event(night).value["jobs"] if job in kept_back & in_time & late)
    rows, partly = _rows(night, baseline, kept_back, events[0].at)
    if not _in_time(baseline, deadline):
        rows, partly = {}, ()
    faults = tuple(dict.fromkeys(event.value["fault"] for event in events))
    held = {job for event in events if event.value.get("held") for job in _kept_back(night, event)}
    return Freed(jobs, rows, partly, faults, tuple(job for job in begin_event(night).value["jobs"] if job in held))


def _kept_back(night: History, event: Event) -> set[str]:
    if (job := event.value["where"].get("job")) is not None:
        return {job}
    return {name for name, job in runs(night).items() if job.runs_at(event.at)}


def _rows(night: History, baseline: History, kept_back: set[str], since: int) -> tuple[dict[str, int], tuple[str, ...]]:
    rows: dict[str, int] = {}
    partly: list[str] = []
    besides = sent_besides(baseline)
    for consumer in consumers(night):
        stored = [event for event in commits(night, consumer) if event.value.get("stored")]
        stored = [event for event in stored if (consumer, event.value.get("from")) not in besides]
        then = [event for event in stored if (at := came_at(night, event)) >= since and _by(night, kept_back, at)]
        if then:
            rows[consumer] = sum(event.value["stored"] for event in then)
            partly += [consumer] if len(then) < len(stored) else []
    return rows, tuple(partly)


def _by(night: History, jobs: set[str], moment_ns: int) -> bool:
    return any(runs(night).get(job, JobRuns()).runs_at(moment_ns) for job in jobs)


def _in_time(baseline: History, deadline: int) -> bool:
    return all(came_at(baseline, event) <= deadline for event in commits(baseline) if event.value.get("stored"))
