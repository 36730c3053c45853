"""A job qualifies late."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import SomeTime


@fault("late_start")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class LateStart(Fault):
    """Have the scheduler notice so much later that a job's start time has come; past its latest start it does not run.

    Stands for: a scheduler that is overloaded, a schedule that is built late, a clock that was set back.
    Detectable by: late to start, latest start.
    A sound chain: has room between start and deadline, and pages when that is used up.
    """

    job: str
    by: SomeTime

    detectable_by: ClassVar[tuple[str, ...]] = ("late to start", "latest start")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the start time of the job."""
        return system.armed(self, points.START_TIME, effects.DelayedStart(delay_ns=self.by.ns), job=self.job)
