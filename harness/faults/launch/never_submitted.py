"""The scheduler never gives the order to start a job."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("never_submitted")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class NeverSubmitted(Fault):
    """Leave a job that has qualified in *Released*: no order goes to its machine, and no error comes back.

    Stands for: a scheduler service that hangs on one job, a start that waits for a confirmation that is never given.
    Detectable by: late to start, latest start.
    A sound chain: flags a job that has not started in time, and pages for it: nothing has failed, so nothing else will.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("late to start", "latest start")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job."""
        return system.armed(self, points.LAUNCH, effects.WrongLaunch(cause="never_submitted"), job=self.job)
