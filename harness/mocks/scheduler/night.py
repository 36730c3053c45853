"""What the parts of the scheduler share during one night, and how they write what happens down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.history import Recorder
from harness.mocks.armed import Armory
from harness.mocks.scheduler.agenda import Agenda
from harness.mocks.scheduler.daily import DailyJob
from harness.mocks.scheduler.desk import Desk, DeskAway
from harness.mocks.scheduler.orders import NightOrder, Rule
from harness.mocks.scheduler.status import Status
from harness.mocks.scheduler.timekeeping import Timekeeping

_HAPPENED = {
    "failed": "failed",
    "initialization_error": "could not be started (Initialization Error)",
    "exceeded_max_run_time": "exceeded its max run time and is still running",
    "missed_start": "missed its start time and will not run",
    "late": "is late to start",
}


@dataclass(frozen=True, slots=True)
class Night:
    """One night of the scheduler: its order, its folder, and the neighbours it talks to."""

    order: NightOrder
    folder: Path
    recorder: Recorder
    armory: Armory
    agenda: Agenda
    desk: Desk
    clock: Timekeeping
    bug: Callable[[str, BaseException], None]
    """Records what no fault explains: the verdict would be about the harness."""

    def show(self, job: DailyJob, status: Status, *, why: str | None = None) -> None:
        """Give a job another status, and record it; the same one again is no news."""
        if job.status is status:
            return
        job.status = status
        value = {"job": job.name, "status": status.text, "code": status.code, "attempt": job.attempt}
        self.recorder.record("info", "status", value, error=why)

    async def act(self, job: DailyJob, rule: Rule, cause: str, *, refused: str | None = None) -> None:
        """Let a rule act: count it, record it, and send its page; what it does to the process is the caller's."""
        job.rules.spend(rule)
        self.recorder.record("info", "rule", {"job": job.name, "when": rule.when, "do": list(rule.do)}, error=refused)
        if "page" in rule.do:
            await self._page(job, rule.when, cause)

    async def _page(self, job: DailyJob, when: str, cause: str) -> None:
        text = f"{job.name} of {self.order.chain} {_HAPPENED.get(when, when)} for {self.order.date}: {cause}"
        page = {"owner": job.order.owner, "job": job.name, "cause": cause, "text": text, "runbook": self.order.runbook}
        try:
            await self.desk.page(page)
        except DeskAway as error:
            self.bug(f"page of {job.name}", error)

    def relative(self, text: str) -> str:
        """The text without the path of the stack's folder, which is another one in every run."""
        return text.replace(f"{self.folder}/", "")
