"""A job is started twice at once."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("duplicate_launch")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DuplicateLaunch(Fault):
    """Let the agent take the order twice: two processes of the job work side by side, and the scheduler knows of one.

    Stands for: an order that is repeated after a lost answer, two schedulers after a failover.
    Detectable by: lock file, idempotency key.
    A sound chain: lets the second do no harm: what it delivers is known already.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("lock", "idempotency")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job."""
        return system.armed(self, points.LAUNCH, effects.WrongLaunch(cause="duplicate"), job=self.job)
