"""The incident desk answers late."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import desk as effects
from harness.faults.model.desk import MeetsPages
from harness.faults.model.fault import STRICT, System, fault
from harness.values.units import Duration, SomeTime


@fault("desk_slow")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DeskSlow(MeetsPages):
    """Take what is sent to the desk only ``by`` so much later.

    A sender that does not wait so long has not delivered; one that has no timeout stands still meanwhile, and what it
    would have told is told late. Times of the night pass: five hours are past the deadline.

    Stands for: a queue at the vendor after an outage, a gateway that is overloaded by everybody's alerts.
    Detectable by: a timeout in whoever pages.
    A sound chain: has a timeout, and pages again or by a second way.
    """

    by: SomeTime = Duration(minutes=20)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the desk."""
        return system.armed(self, points.REACH, effects.Slow(slow_ns=self.by.ns), **self.where)
