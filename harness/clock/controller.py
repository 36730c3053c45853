"""The controller: when all programs of the night wait, time jumps to the first deadline."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.clock.census import census
from harness.clock.census.open_files import too_few_files
from harness.clock.census.waits import describe_waits, describe_work
from harness.clock.census.work import NOTHING, Meter, Work
from harness.clock.page import TICK_ERROR, ClockPage
from harness.clock.vain_requests import VainRequests

_ROUND_NS = 50_000_000
"""Real time after which the census comes back to Python, so that Ctrl-C and runaways are noticed."""

_NEVER = 2**63 - 1

_SPIN_S = 10.0
_SPIN_READINGS_A_S = 200_000
"""A program that works does not read the clock so often for so long: one that does waits for a time, without sleep."""

_MEASURED_AFTER_S = 0.5
"""Real seconds of a standstill after which what the programs make is measured: most are over long before."""

_READING_NS = 1000
"""What one reading moves virtual time by; mirrors `NIGHT_TICK_NS`."""


@dataclass(frozen=True)
class _Progress:
    """What the census has counted."""

    jumps: int
    bunched_ticks: int
    late_ns: int

    @classmethod
    def of(cls, opened: int) -> _Progress:
        ticks = census.Ticks()
        census.library().night_census_ticks(opened, ticks)
        return cls(census.library().night_census_jumps(opened), ticks.bunched, ticks.late_ns)


class _Standstill:
    """How long time has not jumped, and whether a program spins on the clock meanwhile."""

    def __init__(self, jumps: int, page: ClockPage) -> None:
        self._page = page
        self._began(jumps)

    def _began(self, jumps: int) -> None:
        self.jumps, self._at, self._virtual_ns = jumps, time.monotonic(), self._page.monotonic_ns

    def look(self, jumps: int) -> None:
        """Begin anew where time has jumped."""
        if jumps != self.jumps:
            self._began(jumps)

    @property
    def real_s(self) -> float:
        """Real seconds without a jump."""
        return time.monotonic() - self._at

    @property
    def spins_a_s(self) -> float:
        """How often the clock was read, a real second, where that is too often for work; else 0."""
        readings_a_s = (self._page.monotonic_ns - self._virtual_ns) / _READING_NS / max(self.real_s, 1e-3)
        return readings_a_s if readings_a_s >= _SPIN_READINGS_A_S else 0.0

    def lasts(self, runaway_s: float) -> bool:
        """Whether it has lasted too long to be work."""
        return self.real_s >= (min(_SPIN_S, runaway_s) if self.spins_a_s else runaway_s)


StopReason = Literal["until", "asked", "stuck", "runaway", "loop"]


@dataclass(frozen=True)
class Stop:
    """Why time stopped moving, and when.

    until: nothing is due before that time, and the clock stands there.
    asked: a process called `ClockPage.stop`; ``why`` has the reason.
    stuck: all threads wait, nothing is due, so nothing can ever happen; ``waits`` says which thread waits on what.
    runaway: for so much real time the programs let no virtual time pass; ``waits`` says which programs are outside of
    the night's time, for that is the likely reason, and which of them work.

    loop: too many requests came to nothing while no minute passed; ``waits`` names who worked meanwhile.

    ``work`` is what was made in the real seconds of a runaway, or in the half second less of its first look.

    ``bunched_ticks`` of programs that wake again and again for nothing were let end together with later ones, and one
    such program was woken ``late_ns`` after it was due: see ``tick_error`` of the `Controller`.
    """

    reason: StopReason
    at_ns: int
    jumps: int
    waits: tuple[str, ...] = ()
    why: str = ""
    bunched_ticks: int = 0
    late_ns: int = 0
    work: Work = NOTHING


def _busiest(work: Work) -> tuple[str, ...]:
    """Who has worked, but for those that have done so little that they were only about to wait."""
    most = max((made.cpu_s for made in work.by_name.values()), default=0.0)
    return tuple(sorted(name for name, made in work.by_name.items() if made.cpu_s and made.cpu_s >= most / 2))


class Controller:
    """Moves the time of one clock page, for the processes below ``root``, or for a whole PID namespace when it is None.

    The root itself and the process that the controller runs in are outside the night; a process that has mapped
    the clock page is inside, wherever it was started. ``zone`` is for the times in messages; None is the machine's.

    A thread that wakes again and again for nothing may be woken late, by the share ``tick_error`` of the time it has
    ticked and by 2 s at most, and then lives through the ticks it missed at once. At 0 every tick is on time.

    ``served`` says how many requests the night's neighbours have served so far, to tell what a standstill was good for;
    ``vain`` how many have come to nothing so far, to tell a loop.
    """

    def __init__(
        self,
        page: ClockPage,
        *,
        root: int | None,
        zone: datetime.tzinfo | None = datetime.UTC,
        tick_error: float = TICK_ERROR,
        served: Callable[[], int] = lambda: 0,
        vain: Callable[[], int] = lambda: 0,
    ) -> None:
        if not 0 <= tick_error <= 0.5:
            raise ValueError(f"tick_error={tick_error}: expected a share of the time that passes, 0 to 0.5")
        self.page = page
        self.root = root
        self.zone = zone
        self.tick_error = tick_error
        self._census: int | None = None
        self._served = served
        self._vain = VainRequests(page, vain)
        self._meter: tuple[int, Meter] | None = None
        """Measures the standstill that began with so many jumps."""

    def run(self, until_ns: int, *, runaway_s: float = 60.0) -> Stop:
        """Move time from deadline to deadline until ``until_ns`` (UTC epoch) or until there is a reason to stop.

        Raises StackError where the clock page was overwritten, which is looked for at every jump, and where this
        process may not open the files that it needs to watch every thread of the night.
        """
        library, opened = census.library(), self._opened()
        until = until_ns - self.page.offset_ns
        library.night_page_tolerate(self.page.address, round(self.tick_error * 1_000_000))
        before = _Progress.of(opened)
        standstill = _Standstill(before.jumps, self.page)
        in_loop: Meter | None = None

        def stopped(
            reason: StopReason,
            waits: tuple[str, ...] = (),
            why: str = "",
            work: Work = NOTHING,
        ) -> Stop:
            if reason != "runaway":
                self._meter = None
            made = _Progress.of(opened)
            bunched, jumps = made.bunched_ticks - before.bunched_ticks, made.jumps - before.jumps
            return Stop(reason, self.page.now_ns, jumps, waits, why, bunched, made.late_ns if bunched else 0, work)

        while True:
            result = library.night_census_run(opened, until, _ROUND_NS)
            if result == census.OVERWRITTEN:
                self.page.require_sound()
            if result == census.BLIND:
                raise too_few_files(library.night_census_blind(opened), len(self.sights()))
            if result == census.UNTIL:
                return stopped("until")
            if result == census.STUCK:
                return stopped("stuck", describe_waits(self.sights(), self.page, self.zone))
            if result == census.ASKED:
                why = self.page.stopped()
                if why is not None:
                    return stopped("asked", why=why)
            looping = self._vain.share()
            if looping >= 0.2 and in_loop is None:
                in_loop = Meter(self._pids(), self._served)
            if looping >= 1.0 and in_loop is not None:
                work = in_loop.measured(self._pids(), 1.0, spins=False)
                self._vain.begin()
                return stopped("loop", _busiest(work), work=work)
            standstill.look(library.night_census_jumps(opened))
            if standstill.real_s >= min(_MEASURED_AFTER_S, runaway_s / 2):
                self._measure_from(standstill.jumps)
            if standstill.lasts(runaway_s):
                outside = tuple(map(str, self.page.outsiders()))
                workers = describe_work(self.sights(), self.page.held_by(), standstill.real_s, standstill.spins_a_s)
                return stopped("runaway", (*outside, *workers), work=self._measured(standstill))

    def _measure_from(self, jumps: int) -> Meter:
        """Begin to measure, unless this standstill is measured already: it may last over several runs."""
        if self._meter is None or self._meter[0] != jumps:
            self._meter = jumps, Meter(self._pids(), self._served)
        return self._meter[1]

    def _measured(self, standstill: _Standstill) -> Work:
        meter = self._measure_from(standstill.jumps)
        return meter.measured(self._pids(), standstill.real_s, spins=bool(standstill.spins_a_s))

    def _pids(self) -> set[int]:
        return {sight.pid for sight in self.sights()}

    def pace(self, until_ns: int | None = None) -> Stop:
        """Let time flow as fast as on the wall, and wake each thread when it is due. `ClockPage.stop` ends it."""
        library = census.library()
        until = _NEVER if until_ns is None else until_ns - self.page.offset_ns
        began, real = self.page.monotonic_ns, time.monotonic_ns()
        while True:
            self.page.require_sound()
            why = self.page.stopped()
            if why is not None:
                return Stop("asked", self.page.now_ns, 0, why=why)
            now = min(began + time.monotonic_ns() - real, until)
            library.night_page_flow(self.page.address, now)
            if now >= until:
                return Stop("until", self.page.now_ns, 0)
            time.sleep(0.002)  # a shorter wait may begin at any moment

    def exclude(self, pid: int) -> None:
        """Leave out a child of the root that is no part of the night, and all below it. Call it before `run`."""
        if not census.library().night_census_exclude(self._opened(), pid):
            raise RuntimeError("a controller excludes at most 64 processes")

    def exclude_children(self, but: Collection[int] = ()) -> None:
        """Leave out the children that the root has by now, but for these: they are of another night, or of none."""
        for task in Path(f"/proc/{self.root}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
                for child in map(int, (task / "children").read_text().split()):
                    if child not in but:
                        self.exclude(child)

    def regard_as_server(self, pid: int) -> None:
        """Declare a server that runs outside the library, such as a database. Call it before `run`.

        While it or anything below it computes, time stands still, as for any process. But its sleep is sleep,
        whatever limits its own housekeeping sets. Without this, a sleep in real time counts as work, and time waits.
        """
        if not census.library().night_census_serve(self._opened(), pid):
            raise RuntimeError("a controller knows at most 64 servers")

    def close(self) -> None:
        """Close the files that the census keeps open. The clock page stays."""
        if self._census is not None:
            census.library().night_census_close(self._census)
            self._census = None

    def _opened(self) -> int:
        if self._census is None:
            opened = census.library().night_census_open(self.page.address, self.root or 0)
            if not opened:
                raise ProcessLookupError(f"there is no process {self.root} whose children could be the night")
            self._census = opened
        return self._census

    def sights(self) -> list[census.Sight]:
        """What the census knows of each thread of the night."""
        sights: list[census.Sight] = []
        while True:
            sight = census.Sight()
            if not census.library().night_census_sight(self._opened(), len(sights), sight):
                return sights
            sights.append(sight)
