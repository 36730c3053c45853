"""What the incident desk does otherwise than it should: pages that it does not take, loses, or tells to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.contract.bounds import at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """The desk answers that it is not available, whatever the channel."""

    down: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """The desk takes what has come so much later, whether its sender still waits or not, and answers then."""

    slow_ns: int

    def __post_init__(self) -> None:
        """Some time."""
        at_least(1, slow_ns=self.slow_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanish:
    """A page is taken, and nobody is told.

    lost: it is gone. wrong_channel: it is shown where nobody of its owner looks. bounced: a mailbox behind the desk's
    refuses it, and the notice of that goes to its sender, whose mail nobody reads.
    """

    vanish: Literal["lost", "wrong_channel", "bounced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """A page is worked on twice, as one whose answer was lost and that was sent again by something on its way."""

    twice: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Somebody who is told is not there, and the roster does not know it."""

    absent: Literal["left", "leave"]


Delivered = Vanish | Twice
"""What becomes of a page."""
