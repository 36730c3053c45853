"""Late to Start: a flag on a job that has not started by a moment, and the rules that act on it."""

from __future__ import annotations

import time
from functools import partial

from harness.contract.schedule import Rule
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.occurrences import Occurrences
from harness.mocks.scheduler.running.waiting import waits_for
from harness.mocks.scheduler.timing.local_time import clock_time, span

CANNOT_RESTART_WAITING = "a job that has not started cannot be restarted"


class LateStartWatch:
    """Flags jobs that are late to start; they still may."""

    def __init__(self, context: Context, occurrences: Occurrences) -> None:
        self._context = context
        self._occurrences = occurrences

    def watch(self, job: DailyJob) -> None:
        """Notice when a job that waits is late."""
        flagged_ns, agenda = job.master.late_to_start_ns, self._context.agenda
        begin_ns = flagged_ns if flagged_ns is not None else job.master.at_ns or job.schedule.begins_ns
        moments: list[tuple[int, Rule | None]] = [(begin_ns + rule.after_ns, rule) for rule in job.rules.of("late")]
        if flagged_ns is not None:
            moments.insert(0, (flagged_ns, None))
        # The night need not go on for a flag on which nothing acts.
        acts = self._context.plan.operators or any(event.when == "late" for event in job.master.events)
        background = len(moments) == 1 and not acts
        for at_ns, rule in moments:
            if job.late and at_ns <= time.time_ns():
                continue  # flagged before the scheduler was started again
            act = partial(self._late, job, at_ns, rule)
            job.late_alarms.append(agenda.at(at_ns, act, rank=job.rank, background=background and rule is None))

    def forget(self, job: DailyJob) -> None:
        """Watch no more: the job has started, or never will."""
        for entry in job.late_alarms:
            self._context.agenda.cancel(entry)
        job.late_alarms.clear()

    def _late(self, job: DailyJob, at_ns: int, rule: Rule | None) -> None:
        context = self._context
        start_ns = job.master.at_ns or job.schedule.begins_ns
        zone = context.plan.timezone
        if job.master.late_to_start_ns is not None:
            cause = f"not started by {clock_time(at_ns, zone)}"
        else:
            cause = f"not started {span(at_ns - start_ns)} after its start time {clock_time(start_ns, zone)}"
        if job.status is Status.ON_HOLD or job.schedule.held:
            cause += ": it is on hold"
        elif reason := waits_for(job):
            cause += f": it waits for {reason}"
        if not job.late:
            job.late = True
            if job.status.waiting:
                context.show(job, Status.LATE_TO_START)
            self._occurrences.happened(job, "late")
        if rule is not None:
            context.apply_rule(job, rule, cause, refused=CANNOT_RESTART_WAITING if "restart" in rule.do else None)
