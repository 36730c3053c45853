"""What qualifies in one instant is launched in an order, with a little time of the night between two launches."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Coroutine

from harness.mocks.core.until import until

Step = Callable[[], Coroutine[None, None, None]]
"""What is done for a job when its turn comes."""

LEAST_NS, MOST_NS = 20_000_000, 250_000_000
"""What a launch takes: a model, not a measurement, and too little to miss a limit by.

It is drawn to the nanosecond: sums of round numbers would come to whole seconds, at which digests are cut.
"""


class LaunchOrder:
    """The order of launches, and the moment from which the next one may be.

    A launch keeps the launcher busy for 20 to 250 ms of virtual time, drawn from the seed, the job and the attempt. As
    time moves only when everybody rests, the next job begins when the one before it waits or has ended: they do not
    race. The first of an instant is not delayed. A real clock passes by itself, and nothing is added to it.
    """

    def __init__(self, seed: int, order: int, *, virtual: bool) -> None:
        self._seed = seed
        self._order = order
        self._virtual = virtual
        self._free_ns = 0

    def of(self, queued: list[tuple[str, Step]]) -> list[tuple[str, Step]]:
        """Those that stand in the queue together: 0 as they have come, 1 the other way round, more are drawn.

        So a race of two jobs is found with two orders, whatever their names are.
        """
        if self._order == 0:
            return queued
        if self._order == 1:
            return queued[::-1]
        return sorted(queued, key=lambda one: _drawn(self._seed, f"order {self._order}", one[0]))

    async def wait(self) -> None:
        """Wait until the launch before is over."""
        if self._virtual:
            await until(self._free_ns)

    def launched(self, job: str, attempt: int) -> None:
        """A launch has begun now."""
        cost_ns = LEAST_NS + _drawn(self._seed, job, attempt) % (MOST_NS - LEAST_NS)
        self._free_ns = time.time_ns() + cost_ns


def _drawn(*of: object) -> int:
    return int.from_bytes(hashlib.sha256("/".join(map(str, of)).encode()).digest()[:8])
