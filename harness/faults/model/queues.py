"""What the faults at queues share: they meet what jobs take from one."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.consumers import ConsumerKind
from harness.contract.effects import consumers as effects
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MeetsTakers(MeetsAConsumer):
    """A fault in what jobs of the chain are handed by a queue: with LPOP and its kin, LMOVE, XREADGROUP, XREAD."""

    def able(self) -> tuple[ConsumerKind, ...]:
        """From others nothing is taken."""
        return ("queue",)

    def at_take(self, system: System, effect: effects.Taken) -> AbstractContextManager[None]:
        """Arm what a job is handed."""
        return system.armed(self, points.TAKE, effect, consumer=self.consumer)
