"""A page goes to a channel that nobody of its owner reads."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import desk as effects
from harness.faults.model.desk import MeetsPages
from harness.faults.model.fault import STRICT, System, fault


@fault("wrong_channel")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class WrongChannel(MeetsPages):
    """Take a page, with the answer that all is well, and show it where nobody of its owner looks.

    Stands for: a routing rule after a reorganisation, a channel that was renamed, a flow that posts to the old team.
    Detectable by: that nobody acknowledges; a second channel.
    A sound chain: pages by a second way as well, and tries its ways to its owner before it goes live.
    """

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the desk."""
        return system.armed(self, points.DELIVER, effects.Vanish(vanish="wrong_channel"), **self.where)
