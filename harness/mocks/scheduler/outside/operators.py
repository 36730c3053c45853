"""People on the night shift: what they notice, how long they take, and what they then do through the scheduler."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from harness.contract.codec import read, write
from harness.contract.points import OPERATORS
from harness.contract.schedule import Operator
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.outside.actions import Actions, Refused
from harness.mocks.scheduler.running.context import Context

COMPONENT = "operator"


@dataclass(frozen=True, slots=True)
class Intent:
    """What an operator is about to do: acknowledge what happened to a job (``step`` -1), or one of their actions."""

    operator: int
    job: str
    when: str
    step: int
    at_ns: int


class Operators:
    """The modelled operators of a night; they act by the same code as clients of the API, and each act is recorded.

    People outlive the scheduler's process: what they were about to do when it ended, they do when it is back.
    """

    def __init__(self, context: Context, actions: Actions, operators: Sequence[Operator]) -> None:
        self._context = context
        self._actions = actions
        self._operators = list(operators)
        self.acted = [0] * len(self._operators)
        self._intents: list[Intent] = []

    def call(self, operator: Operator) -> None:
        """One more operator comes in."""
        self._operators.append(operator)
        self.acted.append(0)

    def noticed(self, job: DailyJob, when: str) -> None:
        """Something has happened to a job: those who look after it acknowledge it, and then act."""
        acting = self._context.armory.act(
            OPERATORS, lambda order: any(when in one.when for one in order.effect.operators), job=job.name
        )
        for operator in (one for order in acting for one in order.effect.operators):
            self.call(operator)
        for number, operator in enumerate(self._operators):
            concerned = when in operator.when and job.master.job in (operator.jobs or (job.master.job,))
            if not concerned or (operator.times is not None and self.acted[number] >= operator.times):
                continue
            self.acted[number] += 1
            noticed = {"id": f"{number}:{operator.name}", "job": job.name, "when": when}
            self._context.recorder.record("info", "notice", noticed, component=COMPONENT)
            at_ns = time.time_ns() + operator.acknowledges_after_ns
            self._intend(Intent(number, job.id, when, -1, at_ns))
        self._keep()

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take over who acted, and who was about to act, when the scheduler ended."""
        self._operators = [read(Operator, one, "operator") for one in kept["operators"]]
        self.acted = list(kept["acted"])
        for intent in kept["intents"]:
            self._intend(Intent(**intent))

    def _intend(self, intent: Intent) -> None:
        self._intents.append(intent)
        self._context.agenda.at(intent.at_ns, partial(self._do, intent))

    def _do(self, intent: Intent) -> None:
        self._intents.remove(intent)
        operator, job = self._operators[intent.operator], self._context.daily.jobs.get(intent.job)
        if job is not None and intent.step < 0:
            self._acknowledge(operator, job, intent)
        elif job is not None:
            self._act(operator, job, operator.do[intent.step])
        self._keep()

    def _acknowledge(self, operator: Operator, job: DailyJob, intent: Intent) -> None:
        value = {"operator": operator.name, "job": job.name, "when": intent.when}
        self._context.recorder.record("info", "acknowledge", value, component=COMPONENT)
        at_ns = time.time_ns()
        for step in range(len(operator.do)):
            at_ns += operator.takes_ns
            self._intend(replace(intent, step=step, at_ns=at_ns))

    def _act(self, operator: Operator, job: DailyJob, action: str) -> None:
        value = {"operator": operator.name, "job": job.name, "action": action}
        try:
            self._actions.on_job(job, action, reason=f"{action} by {operator.name}")
        except Refused as refusal:
            self._context.recorder.record("fail", "operate", value, error=str(refusal), component=COMPONENT)
        else:
            self._context.recorder.record("ok", "operate", value, component=COMPONENT)

    def _keep(self) -> None:
        if self._operators:
            intents = [asdict(intent) for intent in self._intents]
            kept = {"operators": write(self._operators), "acted": self.acted, "intents": intents}
            self._context.journal.keep("operators", "", kept)
