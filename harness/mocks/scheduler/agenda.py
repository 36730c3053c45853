"""What the scheduler has to do at which moment of the night: one alarm for all of it, in one order."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time


class Agenda:
    """Wakes its callers at UTC moments, never early, and those of one moment in the order of their rank.

    One alarm instead of a timer for each caller, because the moments of a schedule coincide (everything is at 02:00)
    and the event loop would wake such timers in an order that depends on when each was set.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, int, asyncio.Future[bool]]] = []
        self._count = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None

    async def until(self, at_ns: int | None, *, rank: int = 0, unless: asyncio.Future[int] | None = None) -> bool:
        """Wait for a moment (None: none ever comes); False when ``unless`` was done before it."""
        if unless is not None and unless.done():
            return False
        if at_ns is not None and time.time_ns() >= at_ns:
            return True
        arrived: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def cut_short(_: asyncio.Future[int]) -> None:
            if not arrived.done():
                arrived.set_result(False)

        if unless is not None:
            unless.add_done_callback(cut_short)
        if at_ns is not None:
            heapq.heappush(self._entries, (at_ns, rank, next(self._count), arrived))
            self._set_alarm()
        try:
            await arrived
        finally:
            arrived.cancel()
            if unless is not None:
                unless.remove_done_callback(cut_short)
        return unless is None or not unless.done()

    def clear(self) -> None:
        """Forget everything; callers that still wait are to be cancelled by whoever started them."""
        self._entries.clear()
        self._set_alarm()

    def _set_alarm(self) -> None:
        while self._entries and self._entries[0][-1].done():
            heapq.heappop(self._entries)
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._entries:
            wait_s = max(0, self._entries[0][0] - time.time_ns()) / 1e9
            self._alarm = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def _ring(self) -> None:
        now_ns = time.time_ns()
        while self._entries and self._entries[0][0] <= now_ns:
            arrived = heapq.heappop(self._entries)[-1]
            if not arrived.done():
                arrived.set_result(True)
        self._set_alarm()
