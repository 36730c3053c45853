"""What qualifies in one instant is launched in an order, with a little time of the night between two launches."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine

from harness.mocks.core.service_time import GRAIN_NS, drawn, later, moment
from harness.mocks.core.until import until

Step = Callable[[], Coroutine[None, None, None]]
"""What is done for a job when its turn comes."""

LAUNCH = range(4, 51)
"""What a launch takes, in grains of the night: 20 to 250 ms, a model like that of a request (`ServiceTime`)."""

AGAIN = range(220, 381)
"""What is between two launches of one job: 1.1 to 1.9 s, so that they are in two seconds, as a scheduler's mostly are.

A scheduler looks at its agents every few seconds. A key that is made of the second must not come again only because a
job starts in no time.
"""

SIDE_BY_SIDE_NS = 1_000_000
"""A second process begins no earlier than this, so that the first one waits by then: an answer takes longer."""


class LaunchOrder:
    """The order of launches, and the moment from which the next one may be.

    A launch keeps the launcher busy for a little virtual time, drawn from the seed, the job and the attempt. As time
    moves only when everybody rests, the next job begins when the one before it waits or has ended: they do not race.
    The first of an instant is not delayed. A real clock passes by itself, and nothing is added to it.
    """

    def __init__(self, seed: int, order: int, *, virtual: bool) -> None:
        self._seed = seed
        self._order = order
        self._virtual = virtual
        self._free_ns = 0
        self._again_ns: dict[str, int] = {}

    def of(self, queued: list[tuple[str, Step]]) -> list[tuple[str, Step]]:
        """Those that stand in the queue together: 0 as they have come, 1 the other way round, more are drawn.

        So a race of two jobs is found with two orders, whatever their names are.
        """
        if self._order == 0:
            return queued
        if self._order == 1:
            return queued[::-1]
        return sorted(queued, key=lambda one: drawn(self._seed, f"order {self._order}", one[0]))

    async def wait(self, job: str) -> None:
        """Wait until the launch before is over, and until that job may be launched again."""
        if self._virtual:
            await until(max(self._free_ns, self._again_ns.get(job, 0)))

    def launched(self, job: str, attempt: int) -> None:
        """A launch has begun now."""
        self._free_ns = moment(later(LAUNCH, f"{self._seed}/{job}/{attempt}"), "scheduler")
        self._again_ns[job] = time.time_ns() + self._drawn_ns(AGAIN, job, attempt)

    def apart_ns(self, job: str, attempt: int, wanted_ns: int | None) -> int:
        """How long after the first process of a launch its second begins, where a fault starts it twice.

        If the fault does not say it: in order 0 in another second, in order 1 side by side, in others up to the former.
        """
        if not self._virtual:
            return 0
        if wanted_ns is None:
            ranges = {0: AGAIN, 1: range(1)}
            wanted_ns = self._drawn_ns(ranges.get(self._order, range(AGAIN.stop)), job, attempt)
        return wanted_ns + SIDE_BY_SIDE_NS

    def _drawn_ns(self, grains: range, job: str, attempt: int) -> int:
        return grains[drawn(self._seed, self._order, job, attempt) % len(grains)] * GRAIN_NS
