"""A page is taken and lost."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import desk as effects
from harness.faults.model.desk import MeetsPages
from harness.faults.model.fault import STRICT, System, fault


@fault("page_lost")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class PageLost(MeetsPages):
    """Take a page, with the answer that all is well, and tell nobody.

    Nobody who has sent it can know: only that nobody acknowledges it.

    Stands for: an integration that was switched off, a filter that takes a page for a duplicate, a full queue.
    Detectable by: that nobody acknowledges; a second channel.
    A sound chain: pages by a second way as well.
    """

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the desk."""
        return system.armed(self, points.DELIVER, effects.Vanish(vanish="lost"), **self.where)
