"""The incident desk is not available."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import desk as effects
from harness.faults.model.desk import MeetsPages
from harness.faults.model.fault import STRICT, System, fault


@fault("desk_down")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DeskDown(MeetsPages):
    """Answer every page with 503, or 421 to a mail, as long as it lasts.

    The outage that takes the chain down often takes the desk with it, and what is sent then is nowhere. The scheduler
    sends a notification once; a client that tries again has to do so for longer than the outage.

    Stands for: an outage of the vendor, a proxy of the company's that is down, a maintenance window in the night.
    Detectable by: the status of the answer, if whoever pages looks at it.
    A sound chain: pages again until the page is taken, or by a second way.
    """

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the desk."""
        return system.armed(self, points.REACH, effects.Down(), **self.where)
