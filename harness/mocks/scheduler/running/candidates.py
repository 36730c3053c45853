"""The jobs that are to be asked whether they may start now, because something has happened that may let them."""

from __future__ import annotations

from harness.mocks.scheduler.daily.dependencies import Edges
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.shared_resources import Shared


class Candidates:
    """The list of those to be asked, in the order in which they came onto it.

    No job has a task of its own. What may move a job (a moment, the end of another, a slot, a client) puts it here.
    """

    def __init__(self, edges: Edges, shared: Shared) -> None:
        self._edges = edges
        self._shared = shared
        self._asked: dict[DailyJob, None] = {}
        self.revision = 0
        """Another number whenever something has happened to any job."""

    def __bool__(self) -> bool:
        return bool(self._asked)

    def ask(self, job: DailyJob) -> None:
        """Have a job asked."""
        self.revision += 1
        self._asked[job] = None

    def take(self) -> DailyJob:
        """Take the first one off the list."""
        job = next(iter(self._asked))
        del self._asked[job]
        return job

    def remove(self, job: DailyJob) -> None:
        """Take a job off the list, if it is there."""
        self._asked.pop(job, None)

    def ask_successors(self, job: DailyJob) -> None:
        """Have those asked whose dependencies are met by what has become of a job."""
        self.revision += 1
        if job.successors:
            for successor in self._edges.freed(job):
                self.ask(successor)

    def give_back(self, job: DailyJob) -> None:
        """Free the slot and the resources of a job, and have those asked that waited for them."""
        for waiting in self._shared.give_back(job):
            self.ask(waiting)
