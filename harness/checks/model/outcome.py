"""What a night may be called in the end."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """How a night ended, from best to worst; inconclusive is none of them and always red."""

    UNAFFECTED = "unaffected"
    RECOVERED = "recovered"
    DEGRADED = "degraded"
    CONTAINED = "contained"
    DAMAGED = "damaged"
    INCONCLUSIVE = "inconclusive"

    def __str__(self) -> str:
        return self.value


EXPECTABLE = tuple(outcome for outcome in Outcome if outcome is not Outcome.INCONCLUSIVE)
"""What a scenario may expect: a night that proves nothing is never what somebody wants."""

CONSEQUENCES = (Outcome.DAMAGED, Outcome.CONTAINED, Outcome.DEGRADED, Outcome.INCONCLUSIVE)
"""What the violation of a check may make of a night, gravest first.

Inconclusive is for what leaves the data right, but by luck: nothing in the chain could have told if it were not.
"""
