"""How a night's time goes on: to a moment, or to what ends it before. A standstill is told of, a tight loop ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.clock.ticks import Ticks
from harness.clock.vain_requests import ENOUGH
from harness.night.notes import Notes
from harness.night.work_limit import Standstill, WorkLimit
from harness.stack import Stack
from harness.values.units import Duration

if TYPE_CHECKING:
    from harness.clock.controller import Stop

LOOPS = 3
"""So many tight loops are ended before the faults are taken out, and as many after that before the night is over."""

_PID = re.compile(r" \(pid \d+\)")


@dataclass(frozen=True)
class Limits:
    """How long a night's time may stand still, who is told of it and how often, and how late programs may wake that
    wake again and again for nothing."""

    work: WorkLimit | None
    tell: Callable[[str], None]
    look: Duration
    spin_limit: Duration
    tick_error: float


class Progress:
    """The time of one night, with the jobs whose loops may be ended; ``ticks`` is what was approximated so far."""

    def __init__(self, stack: Stack, notes: Notes, jobs: frozenset[str], limits: Limits) -> None:
        self.ticks = Ticks()
        self._stack = stack
        self._notes = notes
        self._jobs = jobs
        self._limits = limits
        self._loops = 0

    def until(self, moment_ns: int) -> Stop:
        """Let time move to a moment or to what ends it before, and say so while it stands still for long."""
        limits = self._limits
        standstill = Standstill(limits.work, limits.tell, look=limits.look, spin_limit=limits.spin_limit)
        while True:
            stop = self._stack.run(moment_ns, runaway_s=standstill.next_look_s, tick_error=limits.tick_error)
            self._notes.now_ns = max(self._notes.now_ns, stop.at_ns)
            self.ticks = self.ticks.and_then(stop)
            if stop.reason == "loop":
                self._loops += 1
                self._end_loop(stop)
                if self._loops % LOOPS == 0:
                    return stop
            elif stop.reason != "runaway":
                return stop
            else:
                standstill.lasts(stop)

    def _end_loop(self, stop: Stop) -> None:
        """End the jobs that ask without a pause and in vain: what would end that in life is too many requests away."""
        jobs = [name for name in stop.waits if name in self._jobs]
        self._notes.write("loop", {"jobs": jobs, "requests": ENOUGH})
        for job in jobs:
            why = f"killed because it is in a tight loop: {ENOUGH:,} requests came to nothing in less than a minute"
            self._stack.control("scheduler", "POST", "end_job", {"job": job, "why": why})

    def waits_of_jobs(self, stop: Stop) -> list[str]:
        """Who waits on what, with the endpoints by their names, and without what another run would say differently."""
        urls = {name: place for name, place in self._stack.places().items() if name.endswith(".url")}
        names = {url.partition("://")[2]: name.removesuffix(".url") for name, url in urls.items()}
        told = []
        for line in stop.waits:
            for place, name in names.items():
                line = re.sub(rf"{re.escape(place)}\b", name, line)
            told.append(_PID.sub("", line))
        return sorted(told)
