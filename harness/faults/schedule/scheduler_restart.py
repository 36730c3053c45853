"""The scheduler is killed in the middle of the night, and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration, SomeTime


@fault("scheduler_restart")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class SchedulerRestart(Fault):
    """End the scheduler at a time (``at``) or an event (``on``) of the night without warning, and start it again later.

    All that it had in memory is gone; it goes on from what it had stored. Jobs that run go on under their agents; what
    ends meanwhile is told when it is back, and what was due meanwhile starts late.

    Stands for: a service that crashes, a host that fails over, a patch that is installed at the wrong hour.
    Detectable by: late to start.
    A sound chain: loses minutes, and nothing else.
    """

    down: SomeTime = Duration(minutes=5)

    detectable_by: ClassVar[tuple[str, ...]] = ("late to start",)

    @property
    def ends_by_itself(self) -> bool:
        """It is started again by itself."""
        return True

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's own end."""
        return system.armed(self, points.SCHEDULER, effects.Restart(down_ns=self.down.ns))

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """Without a moment or an event it would not know when."""
        yield from super().mistakes(chain)
        if self.at is None and self.on is None:
            yield "at", "scheduler_restart needs a time ('at') or an event ('on') at which the scheduler ends"
