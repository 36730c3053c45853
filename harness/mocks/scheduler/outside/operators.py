"""People on the night shift: what they notice, how long they take, and what they then do through the scheduler."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.contract.codec import read, write
from harness.contract.points import OPERATORS
from harness.contract.schedule import Operator
from harness.mocks.scheduler.daily.daily import DailyJob
from harness.mocks.scheduler.outside.actions import Refused

if TYPE_CHECKING:
    from harness.mocks.scheduler.monitor import Engine

COMPONENT = "operator"


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody is about to do: acknowledge what happened to a job (``step`` -1), or one of their actions."""

    operator: int
    job: str
    when: str
    step: int
    at_ns: int


class Operators:
    """The modelled operators of a night; they act by the same code as clients of the API, and each act is recorded.

    People outlive the scheduler's process: what they were about to do when it ended, they do when it is back.
    """

    def __init__(self, engine: Engine, operators: Sequence[Operator]) -> None:
        self._engine = engine
        self._night = engine.night
        self._operators = list(operators)
        self.acted = [0] * len(self._operators)
        self._intents: list[Intent] = []

    def call(self, operator: Operator) -> None:
        """One more comes in."""
        self._operators.append(operator)
        self.acted.append(0)

    def noticed(self, job: DailyJob, when: str) -> None:
        """Something has happened to a job: those who look after it acknowledge it, and then act."""
        acting = self._night.armory.act(
            OPERATORS, lambda order: any(when in one.when for one in order.effect.operators), job=job.name
        )
        for operator in (one for order in acting for one in order.effect.operators):
            self.call(operator)
        for number, operator in enumerate(self._operators):
            minds = when in operator.when and job.order.job in (operator.jobs or (job.order.job,))
            if not minds or (operator.times is not None and self.acted[number] >= operator.times):
                continue
            self.acted[number] += 1
            at_ns = time.time_ns() + operator.acknowledges_after_ns
            self._intend(Intent(number, job.id, when, -1, at_ns))
        self._keep()

    def take_up(self, kept: Mapping[str, Any]) -> None:
        """Be those of an earlier life of the scheduler."""
        self._operators = [read(Operator, one, "operator") for one in kept["operators"]]
        self.acted = list(kept["acted"])
        for intent in kept["intents"]:
            self._intend(Intent(**intent))

    def _intend(self, intent: Intent) -> None:
        self._intents.append(intent)
        self._night.agenda.at(intent.at_ns, partial(self._do, intent))

    def _do(self, intent: Intent) -> None:
        self._intents.remove(intent)
        operator, job = self._operators[intent.operator], self._engine.daily.jobs.get(intent.job)
        if job is not None and intent.step < 0:
            self._acknowledge(operator, job, intent)
        elif job is not None:
            self._act(operator, job, operator.do[intent.step])
        self._keep()

    def _acknowledge(self, operator: Operator, job: DailyJob, intent: Intent) -> None:
        value = {"operator": operator.name, "job": job.name, "when": intent.when}
        self._night.recorder.record("info", "acknowledge", value, component=COMPONENT)
        at_ns = time.time_ns()
        for step in range(len(operator.do)):
            at_ns += operator.takes_ns
            self._intend(replace(intent, step=step, at_ns=at_ns))

    def _act(self, operator: Operator, job: DailyJob, action: str) -> None:
        value = {"operator": operator.name, "job": job.name, "action": action}
        try:
            self._engine.events.actions.on_job(job, action, reason=f"{action} by {operator.name}")
        except Refused as refusal:
            self._night.recorder.record("fail", "operate", value, error=str(refusal), component=COMPONENT)
        else:
            self._night.recorder.record("ok", "operate", value, component=COMPONENT)

    def _keep(self) -> None:
        if self._operators:
            intents = [asdict(intent) for intent in self._intents]
            kept = {"operators": write(self._operators), "acted": self.acted, "intents": intents}
            self._night.journal.keep("operators", "", kept)
