"""The order to start a job is lost on its way to the agent."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("start_lost")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class StartLost(Fault):
    """Give the order and let it vanish: the job stays *Start Attempted*, then *Still Attempting Start*, and never runs.

    To OpCon such a job is running, so it is neither failed nor retried, nor may it be restarted.

    Stands for: a firewall that drops the connection, an agent that is restarted in the moment of the order.
    Detectable by: Still Attempting Start.
    A sound chain: marks the job failed by a rule, and starts it again.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("still attempting start",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job."""
        return system.armed(self, points.LAUNCH, effects.WrongLaunch(cause="start_lost"), job=self.job)
