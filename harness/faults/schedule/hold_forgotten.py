"""A job is on hold, and nobody remembers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("hold_forgotten")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class HoldForgotten(Fault):
    """Build the job on hold: nothing fails, nothing is late by itself, and nothing runs behind it.

    Stands for: a hold for a change in the afternoon that was not taken back.
    Detectable by: late to start.
    A sound chain: flags a job that has not started in time, on hold or not, and pages for it.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("late to start",)

    @property
    def ends_by_itself(self) -> bool:
        """The hold stays until somebody releases the job, deadline or not."""
        return True

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the build of the schedule."""
        return system.armed(self, points.BUILD, effects.BuiltOnHold(), job=self.job)
