"""Somebody who is on call is not there."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import desk as effects
from harness.faults.model.desk import MeetsPerson
from harness.faults.model.fault import STRICT, System, fault


@fault("owner_away")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class OwnerAway(MeetsPerson):
    """Let somebody who is told be away, without a word in the roster: on leave, ill, asleep beside a silent telephone.

    Stands for: a swap of shifts that was only agreed upon, an illness, a telephone that is switched to silent.
    Detectable by: that nobody acknowledges.
    A sound chain: has an owner whose pages are escalated to somebody else, in time.
    """

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the desk."""
        return system.armed(self, points.TELL, effects.Absent(absent="leave"), person=self.person)
