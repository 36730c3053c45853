"""What the scheduler has to do at which moment of the night: one alarm for all of it, in one order."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable


class Alarm:
    """One thing to do at a moment. ``background``: the night need not go on for it."""

    __slots__ = ("act", "at_ns", "background", "key")

    def __init__(self, at_ns: int, rank: int, number: int, act: Callable[[], None], background: bool) -> None:
        self.at_ns = at_ns
        self.key = (at_ns, rank, number)
        self.act: Callable[[], None] | None = act
        self.background = background

    def __lt__(self, other: Alarm) -> bool:
        return self.key < other.key


class Agenda:
    """Does things at UTC moments, never early, and those of one moment in the order of their rank.

    One alarm instead of a timer for each, because the moments of a schedule coincide (everything is at 02:00) and the
    event loop would ring such timers in an order that depends on when each was set. ``rung`` is told after each alarm,
    when all that was due is done.
    """

    def __init__(self, rung: Callable[[], None], *, bug: Callable[[str, BaseException], None]) -> None:
        self._rung = rung
        self._bug = bug
        self._entries: list[Alarm] = []
        self._count = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None
        self._rings_ns: int | None = None
        self.pending = 0
        """How many entries are still to come that the night must go on for."""

    def at(self, at_ns: int, act: Callable[[], None], *, rank: int = 0, background: bool = False) -> Alarm:
        """Do something at a moment; one that has passed is at once, but never before this returns."""
        entry = Alarm(at_ns, rank, next(self._count), act, background)
        heapq.heappush(self._entries, entry)
        self.pending += not background
        if self._rings_ns is None or at_ns < self._rings_ns:
            self._set_alarm()
        return entry

    def cancel(self, entry: Alarm | None) -> None:
        """It is not to be done any more; None and what was done already are let pass."""
        if entry is not None and entry.act is not None:
            entry.act = None
            self.pending -= not entry.background

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self.pending = 0
        self._set_alarm()

    def _set_alarm(self) -> None:
        while self._entries and self._entries[0].act is None:
            heapq.heappop(self._entries)
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = self._rings_ns = None
        if self._entries:
            self._rings_ns = self._entries[0].at_ns
            wait_s = max(0, self._rings_ns - time.time_ns()) / 1e9
            self._alarm = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def _ring(self) -> None:
        self._alarm, now_ns = None, time.time_ns()
        self._rings_ns = 0  # whatever is added meanwhile sets no alarm of its own
        while self._entries and self._entries[0].at_ns <= now_ns:
            entry = heapq.heappop(self._entries)
            act = entry.act
            if act is not None:
                self.cancel(entry)
                try:
                    act()
                except Exception as error:  # whatever it is, the night's verdict must not be about it
                    self._bug("agenda", error)
        self._rings_ns = None
        self._set_alarm()
        self._rung()
