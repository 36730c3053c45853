"""Dependencies between the jobs of the Daily: who waits for whom, and which of them are met."""

from __future__ import annotations

from dataclasses import dataclass

from harness.contract.schedule import Dependency
from harness.mocks.scheduler.daily.daily import Daily, DailyJob
from harness.mocks.scheduler.daily.status import PREDECESSOR_FAILED, PREDECESSOR_OK
from harness.mocks.scheduler.timing.local_time import later


@dataclass(slots=True, eq=False)
class Edge:
    """One dependency of one job, with the job of the Daily that it is on, if there is one."""

    job: DailyJob
    dependency: Dependency
    predecessor: DailyJob | None = None
    met: bool = True

    @property
    def date(self) -> str:
        """The date of the schedule in which its predecessor is looked for."""
        return later(self.job.schedule.date, -self.dependency.days_before)

    def holds(self) -> bool:
        """Whether it is met now. Absent predecessors: After is met at once, Requires never."""
        other, dependency = self.predecessor, self.dependency
        if other is None:
            return dependency.kind != "requires"
        if dependency.kind == "conflict":
            return not other.busy
        if dependency.on == "finished_ok":
            return other.status in PREDECESSOR_OK
        if dependency.on == "failed":
            return other.status in PREDECESSOR_FAILED
        # Ignore Exit Code: it has run to its end, whatever came of it. A job that never started has no exit code.
        return other.status in PREDECESSOR_OK or (other.status in PREDECESSOR_FAILED and other.last_exit is not None)

    def __str__(self) -> str:
        """What a job that waits for this waits for."""
        if self.predecessor is None:
            return f"{self.dependency.job}, which is not in the Daily"
        ended = f", which ended with {self.predecessor.status.text}" if self.predecessor.over else ""
        return f"{self.predecessor.name}{ended}"


class Edges:
    """Keeps every job's count of unmet dependencies right, at the cost of one look for each edge that may change."""

    def __init__(self, daily: Daily) -> None:
        self._daily = daily
        self._wanting: dict[tuple[str, str], list[Edge]] = {}
        """Dependencies on a job (date, name) that is not in the Daily."""

    def connect(self, job: DailyJob) -> list[DailyJob]:
        """Tie a job to its predecessors, and to those that have missed it; these are returned."""
        for dependency in job.order.dependencies:
            if dependency.kind == "exclude":
                continue  # judged when the schedule is built
            edge = Edge(job, dependency)
            job.edges.append(edge)
            found = job.schedule.jobs.get(dependency.job) if not dependency.days_before else None
            found = found or next(self._daily.named(dependency.job, date=edge.date), None)
            if found is None:
                self._wanting.setdefault((edge.date, dependency.job), []).append(edge)
                self._judge(edge)
            else:
                self._tie(edge, found)
        missed = self._wanting.pop((job.schedule.date, job.name), [])
        for edge in missed:
            self._tie(edge, job)
        return [edge.job for edge in missed]

    def disconnect(self, job: DailyJob) -> None:
        """The job leaves the Daily: those that depend on it do without, as OpCon has it."""
        for edge in job.edges:
            if edge.predecessor is not None:
                edge.predecessor.successors.remove(edge)
            else:
                self._wanting[edge.date, edge.dependency.job].remove(edge)
        for edge in job.successors:
            edge.predecessor = None
            self._wanting.setdefault((job.schedule.date, job.name), []).append(edge)
            self._judge(edge)

    def freed(self, job: DailyJob) -> list[DailyJob]:
        """Something has become of a job: whose dependencies may all be met by that."""
        freed = []
        for edge in job.successors:
            if edge.met != edge.holds():
                self._judge(edge)
                if not edge.job.unmet:
                    freed.append(edge.job)
        return freed

    def ignore(self, job: DailyJob) -> None:
        """Take a job's dependencies for met, whatever they are."""
        for edge in job.edges:
            edge.met = True
        job.unmet = 0

    def again(self, job: DailyJob) -> None:
        """Judge all of a job's dependencies anew."""
        job.unmet = 0
        for edge in job.edges:
            edge.met = edge.holds()
            job.unmet += not edge.met

    def _tie(self, edge: Edge, predecessor: DailyJob) -> None:
        edge.predecessor = predecessor
        predecessor.successors.append(edge)
        self._judge(edge)

    @staticmethod
    def _judge(edge: Edge) -> None:
        met = edge.holds()
        edge.job.unmet += edge.met - met
        edge.met = met
