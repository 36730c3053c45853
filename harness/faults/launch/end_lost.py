"""A job finishes, and the scheduler never hears of it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("end_lost")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class EndLost(Fault):
    """Lose the message that the job has ended: it has done its work, and stays *Job Running*.

    Stands for: an agent that is restarted while jobs end, a message queue that loses one.
    Detectable by: max run time, which only flags it.
    A sound chain: ends it by a rule, starts it again, and repeats nothing that it had already delivered.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("max run time",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the end of the job."""
        return system.armed(self, points.ENDED, effects.LostEnd(), job=self.job)
