"""Somebody who is on call has left."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import desk as effects
from harness.faults.model.desk import MeetsPerson
from harness.faults.model.fault import STRICT, System, fault


@fault("owner_left")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class OwnerLeft(MeetsPerson):
    """Let somebody who is told have left for good, without a word in the roster.

    Who is told reads nothing and acknowledges nothing. What the roster knows itself it says with ``left``, and such a
    person is passed over.

    Stands for: a roster that nobody has looked after since somebody changed the team.
    Detectable by: that nobody acknowledges.
    A sound chain: has an owner whose pages are escalated to somebody else, in time.
    """

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the desk."""
        return system.armed(self, points.TELL, effects.Absent(absent="left"), person=self.person)
