"""What happens to jobs, told to those who act on it: OpCon events and operators."""

from __future__ import annotations

from collections.abc import Callable

from harness.mocks.scheduler.daily.jobs import DailyJob

Listener = Callable[[DailyJob, str], None]


class Occurrences:
    """Tells its listeners, in their order, of each thing that happens to a job (``failed``, ``late``, ...)."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def happened(self, job: DailyJob, when: str) -> None:
        """Something that rules and events have a name for has happened to a job."""
        for listener in self.listeners:
            listener(job, when)
