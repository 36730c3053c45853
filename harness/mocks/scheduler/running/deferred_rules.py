"""The rules for what happens to a job, of which some act at once and others after a while."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from harness.contract.schedule import Rule
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.rules import PendingRule
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.timing.agenda import Alarm

Act = Callable[[DailyJob, Rule, str], None]


class DeferredRules:
    """Lets the rules for one kind of occurrence act.

    ``act`` gets the job, the rule and the cause. ``entries`` is the list of a job's entries in the agenda that are
    cancelled when the rules are void.
    """

    def __init__(self, context: Context, act: Act, entries: Callable[[DailyJob], list[Alarm]]) -> None:
        self._context = context
        self._act = act
        self._entries = entries

    def apply(self, job: DailyJob, when: str, cause: str, since_ns: int) -> None:
        """Let the rules for something that happened at ``since_ns`` act, each after its delay."""
        for rule in job.rules.due(when):
            if rule.after_ns:
                pending = PendingRule(job.rules.index(rule), when, cause, since_ns + rule.after_ns)
                job.pending.append(pending)
                self._defer(job, pending)
            else:
                self._act(job, rule, cause)
        if job.pending:
            self._context.journal.keep_job(job)

    def resume(self, job: DailyJob) -> None:
        """Defer again what the job's rules were still to do when the scheduler ended."""
        for pending in job.pending:
            self._defer(job, pending)

    def _defer(self, job: DailyJob, pending: PendingRule) -> None:
        act = partial(self._act_now, job, pending)
        self._entries(job).append(self._context.agenda.at(pending.at_ns, act, rank=job.rank))

    def _act_now(self, job: DailyJob, pending: PendingRule) -> None:
        job.pending = [one for one in job.pending if one.number != pending.number]
        self._act(job, job.rules.at(pending.number), pending.cause)
