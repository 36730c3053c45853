"""When files arrive: each becomes visible at its time, once, with an event that says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from harness.mocks.control import until
from harness.mocks.source.held import Held


class Arrivals:
    """The files that are still to come. `arrive` is called with each at its time."""

    def __init__(self, arrive: Callable[[Held], None]) -> None:
        self._arrive = arrive
        self._waiting: list[Held] = []
        self._timer: asyncio.Task[None] | None = None

    def expect(self, files: Iterable[Held]) -> None:
        """Begin a night with these files; what is due already arrives at once."""
        if self._timer is not None:
            self._timer.cancel()
        self._waiting = sorted(files, key=lambda held: (held.arrives_ns, held.name))
        self.catch_up()
        self._timer = asyncio.create_task(self._wait())

    @property
    def waiting(self) -> list[Held]:
        """What is still to come, in the order in which it will."""
        return list(self._waiting)

    def catch_up(self) -> None:
        """Let arrive whatever is due: a request and the timer may come to the same moment, and one of them is first."""
        while self._waiting and self._waiting[0].arrives_ns <= time.time_ns():
            self._arrive(self._waiting.pop(0))

    async def _wait(self) -> None:
        while self._waiting:
            await until(self._waiting[0].arrives_ns)
            self.catch_up()
