"""Dependencies between the jobs of the Daily: who waits for whom, and which of them are met."""

from __future__ import annotations

from harness.mocks.scheduler.daily.daily import Daily
from harness.mocks.scheduler.daily.jobs import DailyJob, Edge


class Edges:
    """Keeps every job's count of unmet dependencies right, at the cost of one look for each edge that may change."""

    def __init__(self, daily: Daily) -> None:
        self._daily = daily
        self._wanting: dict[tuple[str, str], list[Edge]] = {}
        """Dependencies on a job (date, name) that is not in the Daily."""

    def connect(self, job: DailyJob) -> list[DailyJob]:
        """Tie a job to its predecessors, and to those that have missed it; these are returned."""
        for dependency in job.master.dependencies:
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
