"""What a clock let pass, of programs that wake again and again for nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import AuthorError

if TYPE_CHECKING:
    from harness.clock.controller import Stop


@dataclass(frozen=True)
class Ticks:
    """How many of their waits ended together with later ones, and by how much one of them was woken late at most."""

    bunched: int = 0
    late_ns: int = 0

    def and_then(self, stop: Stop) -> Ticks:
        """With what it let pass until it stopped."""
        return Ticks(self.bunched + stop.bunched_ticks, max(self.late_ns, stop.late_ns))


def tick_error_of(text: str) -> float:
    """What users write for a share of time: 1% and 0.01 are the same. Raises AuthorError."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 0.5:
        raise AuthorError(f"--tick-error: found {text!r}, expected a share of the time from 0% to 50%")
    return share
