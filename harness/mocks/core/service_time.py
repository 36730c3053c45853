"""What a request and a commit take of the night's time: a model, stated and seeded, and not a measurement.

Without it all that a job does between two waits happens in one instant of the frozen clock, and so do two jobs, or two
processes of one job, that started together: keys made of the time collide as they never would in life, and who comes
first at a neighbour is left to the machine.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections import Counter
from typing import Any

from harness.contract.plan import Plan
from harness.mocks.core.until import until

GRAIN_NS = 5_000_000
"""All that the model charges ends at a whole grain of the night.

So what readings of the clock add in between, which differs from run to run, does not add up from request to request:
the same night has its events in the same seconds.
"""

APART_NS = 1_000_000
"""After the grain, each neighbour has a place of its own: an event loop wakes up to a millisecond late."""

NEIGHBOURS = ("source", "consumers", "desk", "scheduler")
"""In the order of their places."""

EACH, THEN_EVERY = 100, 10
"""So many of a night wait each, then every tenth waits ten times as long: the controller's part in a wait is real time.

A night of three thousand requests is a little slower by it, and not by a third.
"""

REQUEST = range(1, 4)
COMMIT = range(2, 6)
"""How many grains."""


class ServiceTime:
    """Keeps each request waiting for 5 to 15 ms of the night before it is answered, each commit for 10 to 25 ms more.

    It is drawn from seed and order of the night, from what is asked for, and from how often that was asked for before.
    A neighbour ends one a grain, and no two neighbours end theirs in one moment: so requests that are under way at the
    same time end one after the other, and those who asked go on one after the other. A real clock passes by itself, and
    nothing is added to it.
    """

    def __init__(self, neighbour: str) -> None:
        self._neighbour = neighbour
        self._under_way: set[asyncio.Task[Any]] = set()
        self._passes, self._drawn_from = False, ""
        self._asked: Counter[str] = Counter()
        self._count = 0
        self._taken: set[int] = set()

    def begin(self, plan: Plan) -> None:
        """Begin a night; what is under way in the last one is broken off."""
        self._drawn_from = f"{plan.seed}/{plan.order}/{self._neighbour}"
        self._passes = plan.service_time and bool(os.environ.get("NIGHT_CLOCK"))
        self._asked.clear()
        self._count = 0
        self._taken.clear()
        for task in self._under_way:
            task.cancel()

    async def request(self, what: str) -> None:
        """Return when the request may be answered."""
        await self._pass(f"request {what}", REQUEST)

    async def commit(self, what: str) -> None:
        """Return when the commit may be done."""
        await self._pass(f"commit {what}", COMMIT)

    async def quiet(self) -> None:
        """Return when everybody waits: what was sent has been read by then, as far as it ever will be."""
        if self._passes:
            await until(time.time_ns() + APART_NS)

    async def _pass(self, what: str, grains: range) -> None:
        if not self._passes:
            return
        self._asked[what] += 1
        self._count += 1
        times = 1 if self._count <= EACH else THEN_EVERY
        if self._count % times:
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - what answers a request is a task
        self._under_way.add(task)
        try:
            await until(self._free(later(grains, f"{self._drawn_from}/{what}/{self._asked[what]}", times)))
        finally:
            self._under_way.discard(task)

    def _free(self, grain: int) -> int:
        """The first grain from that one on in which nothing else ends, as a moment."""
        while grain in self._taken:
            grain += 1
        now = time.time_ns() // GRAIN_NS
        self._taken = {taken for taken in self._taken if taken > now} | {grain}
        return moment(grain, self._neighbour)


def later(grains: range, drawn_from: str, times: int = 1) -> int:
    """The grain of the night that is so many after that of now, or so many times as many."""
    return time.time_ns() // GRAIN_NS + times * grains[drawn(drawn_from) % len(grains)]


def moment(grain: int, neighbour: str) -> int:
    """When a neighbour ends what ends in that grain."""
    return grain * GRAIN_NS + NEIGHBOURS.index(neighbour) * APART_NS


def drawn(*of: object) -> int:
    """A number of 64 bits, the same for the same."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, of)).encode()).digest()[:8])
