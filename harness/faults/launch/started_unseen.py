"""A job starts, and the scheduler never hears of it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("started_unseen")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class StartedUnseen(Fault):
    """Start the job, and lose everything that its agent says: it does its work, and stays *Still Attempting Start*.

    A restart starts it a second time: only what the job itself does against doubles can help then.

    Stands for: an agent whose answers are lost, a network that is open in one direction.
    Detectable by: Still Attempting Start, what the job has left behind.
    A sound chain: marks the job failed and starts it again, and repeats nothing that it had already delivered.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("still attempting start",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job."""
        return system.armed(self, points.LAUNCH, effects.WrongLaunch(cause="started_unseen"), job=self.job)
