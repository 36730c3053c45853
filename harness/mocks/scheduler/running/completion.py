"""Whether the night is complete, and the record of how every job stands at its end."""

from __future__ import annotations

from harness.mocks.scheduler.daily.status import RUNNING
from harness.mocks.scheduler.running.candidates import Candidates
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.launcher import Launcher
from harness.mocks.scheduler.running.orphans import record_orphans


class Completion:
    """Tells the history of the end of the night, and stops its clock."""

    def __init__(self, context: Context, candidates: Candidates, launcher: Launcher) -> None:
        self._context = context
        self._candidates = candidates
        self._launcher = launcher
        self._recorded_revision = 0

    @property
    def complete(self) -> bool:
        """Whether nothing more can happen, unless a client acts from outside."""
        context = self._context
        running = any(context.daily.by_status[status] for status in RUNNING)
        due = running or self._candidates or context.agenda.pending
        return not due and self._launcher.idle and context.pager.idle

    def record(self) -> None:
        """Record the end when the night is complete, once for each time that something has happened since."""
        if self.complete and self._recorded_revision != self._candidates.revision:
            self._recorded_revision = self._candidates.revision
            self._record(complete=True)
            self._context.clock.stop("complete")

    def settle(self, *, begun: bool) -> None:
        """Record, when the night is over, what has not been recorded of its end."""
        record_orphans(self._context)
        if self._recorded_revision != self._candidates.revision or not begun:
            self._record(complete=False)

    def _record(self, *, complete: bool) -> None:
        """Record how every job stands."""
        daily, date = self._context.daily, self._context.plan.date
        jobs: dict[str, str] = {}
        for job in daily.jobs.values():
            first = next(daily.named(job.name, date=date), None)
            jobs[job.name if job is first else job.id] = job.status.text
        self._context.recorder.record("info", "schedule", {"complete": complete, "jobs": jobs})
