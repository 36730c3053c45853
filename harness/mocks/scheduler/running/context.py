"""What every part of the scheduler shares in one night: the plan, the neighbours, and the one way to show a status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.contract.plan import Plan
from harness.contract.schedule import Rule
from harness.history import Recorder
from harness.mocks.core.armed import Armory
from harness.mocks.scheduler.daily.daily import Daily
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.paging.pager import Pager
from harness.mocks.scheduler.state.journal import Journal
from harness.mocks.scheduler.timing.agenda import Agenda
from harness.mocks.scheduler.timing.timekeeping import Timekeeping

_HAPPENED = {
    "finished_ok": "finished OK",
    "failed": "failed",
    "initialization_error": "could not be started (Initialization Error)",
    "exceeded_max_run_time": "exceeded its max run time and is still running",
    "missed_start": "missed its start time and will not run",
    "late": "is late to start",
    "late_to_finish": "is late to finish and is still running",
    "still_attempting_start": "was ordered to start, and its agent has not said that it did (Still Attempting Start)",
}


@dataclass(frozen=True, slots=True)
class Context:
    """The night's plan, the scheduler's folder, its Daily, and the neighbours it talks to."""

    plan: Plan
    folder: Path
    recorder: Recorder
    armory: Armory
    agenda: Agenda
    pager: Pager
    clock: Timekeeping
    journal: Journal
    daily: Daily
    bug: Callable[[str, BaseException], None]
    """Records what no fault explains: the verdict would be about the harness."""

    def show(self, job: DailyJob, status: Status, *, why: str | None = None) -> None:
        """Give a job another status, record and keep it; the same one again is no news."""
        if job.status is status:
            return
        self.daily.changed(job, status)
        value = {"job": job.name, "status": status.text, "code": status.code, "attempt": job.attempt}
        if job.schedule.date != self.plan.date:
            value["date"] = job.schedule.date
        self.recorder.record("info", "status", value, error=why)
        self.journal.keep_job(job)

    def apply_rule(self, job: DailyJob, rule: Rule, cause: str, *, refused: str | None = None) -> None:
        """Let a rule act: count it, record it, and send its page; what it does to the process is the caller's."""
        job.rules.spend(rule)
        self.recorder.record("info", "rule", {"job": job.name, "when": rule.when, "do": list(rule.do)}, error=refused)
        self.journal.keep_job(job)
        if "page" in rule.do:
            self.page(job, rule.when, cause)

    def page(self, job: DailyJob, when: str, cause: str) -> None:
        """Page the job's owner."""
        text = f"{job.name} of {self.plan.chain} {_HAPPENED.get(when, when)} for {job.schedule.date}: {cause}"
        page = {"owner": job.master.owner, "job": job.name, "cause": cause, "text": text, "runbook": self.plan.runbook}
        self.pager.send(page)

    def relative(self, text: str) -> str:
        """The text without the path of the stack's folder, which is another one in every run."""
        return text.replace(f"{self.folder}/", "")
