"""What a request and a commit take of the night's time: a model, stated and seeded, and not a measurement.

Without it all that a job does between two waits happens in one instant of the frozen clock, and so do two jobs, or two
processes of one job, that started together: keys made of the time collide as they never would in life.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter

from harness.mocks.core.until import until

GRAIN_NS = 5_000_000
"""What is charged ends at a whole grain of the night, and a little after it.

So what readings of the clock add in between, which differs with the machine, does not add up from request to request:
the same night has its events in the same seconds.
"""

APART_NS = 2_000_000
"""Less than a grain: how long after it, drawn so that what ends in one grain ends at several moments."""

REQUEST_GRAINS = range(1, 3)
COMMIT_GRAINS = range(2, 5)


class ServiceTime:
    """Keeps a neighbour busy with each request for 5 to 12 ms of virtual time, with each commit for 10 to 22 ms more.

    It is drawn from seed and order of the night, from what is asked for, and from how often that was asked for before.
    A real clock passes by itself, and nothing is added to it.
    """

    def __init__(self, component: str) -> None:
        self._component = component
        self._virtual = bool(os.environ.get("NIGHT_CLOCK"))
        self.begin(0, 0)

    def begin(self, seed: int, order: int) -> None:
        """Begin a night."""
        self._drawn_from = f"{seed}/{order}/{self._component}"
        self._asked: Counter[str] = Counter()

    async def request(self, what: str) -> None:
        """Return when the request is answered."""
        await self._pass(f"request {what}", REQUEST_GRAINS)

    async def commit(self, what: str) -> None:
        """Return when the commit is done."""
        await self._pass(f"commit {what}", COMMIT_GRAINS)

    async def _pass(self, what: str, grains: range) -> None:
        if not self._virtual:
            return
        self._asked[what] += 1
        await until(later(time.time_ns(), grains, f"{self._drawn_from}/{what}/{self._asked[what]}"))


def later(now_ns: int, grains: range, drawn_from: str) -> int:
    """A moment so many grains after that of now, and a little."""
    drawn = int.from_bytes(hashlib.sha256(drawn_from.encode()).digest()[:8])
    return (now_ns // GRAIN_NS + grains[drawn % len(grains)]) * GRAIN_NS + drawn // len(grains) % APART_NS
