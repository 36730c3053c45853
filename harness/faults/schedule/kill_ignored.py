"""A kill does not end the job."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("kill_ignored")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class KillIgnored(Fault):
    """Let every kill of the job come to nothing: OpCon shows it *Job Running* again, and does not try a second time.

    It acts only on a kill, so it comes with a fault that makes somebody kill the job.

    Stands for: a process in uninterruptible sleep, an agent without the right to signal the job's user.
    Detectable by: the scheduler's status.
    A sound chain: pages when the job still runs after it was killed.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("scheduler status",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm kills of the job."""
        return system.armed(self, points.KILL, effects.IgnoredKill(), job=self.job)
