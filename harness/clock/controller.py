"""The controller: when everybody in the night waits, time jumps to whatever is due first."""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass
from typing import Literal

from harness.clock import census
from harness.clock.page import Page
from harness.clock.waits import describe_waits, describe_work

_ROUND_NS = 50_000_000
"""Real time after which the census comes back to Python, so that Ctrl-C and runaways are noticed."""

_NEVER = 2**63 - 1


@dataclass(frozen=True)
class Stop:
    """Why time stopped moving, and when.

    until: nothing is due before that time, and the clock stands there.
    asked: somebody called `Page.stop`; ``why`` has the reason.
    stuck: everybody waits, nothing is due, so nothing can ever happen; ``waits`` has who waits on what.
    runaway: for too much real time nobody let virtual time move; ``waits`` has who works.
    """

    reason: Literal["until", "asked", "stuck", "runaway"]
    at_ns: int
    jumps: int
    waits: tuple[str, ...] = ()
    why: str = ""


class Controller:
    """Moves one page's time, for the processes below ``root``, or for a whole PID namespace when it is None.

    The root itself and the process that the controller runs in are outside the night; whoever has mapped the page is
    inside, wherever it was started. ``zone`` is for the times in messages.
    """

    def __init__(self, page: Page, *, root: int | None, zone: datetime.tzinfo = datetime.UTC) -> None:
        self.page = page
        self.root = root
        self.zone = zone
        self._census: int | None = None

    def run(self, until_ns: int, *, runaway_s: float = 60.0) -> Stop:
        """Move time from deadline to deadline until ``until_ns`` (UTC epoch) or until there is a reason to stop."""
        library, opened = census.library(), self._opened()
        until = until_ns - self.page.offset_ns
        before = moved = library.night_census_jumps(opened)
        moved_at = time.monotonic()
        while True:
            result = library.night_census_run(opened, until, _ROUND_NS)
            jumps = library.night_census_jumps(opened)
            made = jumps - before
            if result == census.UNTIL:
                return Stop("until", self.page.now_ns, made)
            if result == census.STUCK:
                return Stop("stuck", self.page.now_ns, made, describe_waits(self._sights(), self.page, self.zone))
            if result == census.ASKED:
                why = self.page.stopped()
                if why is not None:
                    return Stop("asked", self.page.now_ns, made, why=why)
            if jumps != moved:
                moved, moved_at = jumps, time.monotonic()
            elif time.monotonic() - moved_at >= runaway_s:
                held = self.page.held_by()
                waits = describe_work(self._sights(), held, runaway_s)
                return Stop("runaway", self.page.now_ns, made, waits)

    def pace(self, until_ns: int | None = None) -> Stop:
        """Let time flow as fast as on the wall, and wake everybody when they are due. `Page.stop` ends it."""
        library = census.library()
        until = _NEVER if until_ns is None else until_ns - self.page.offset_ns
        began, real = self.page.monotonic_ns, time.monotonic_ns()
        while True:
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

    def close(self) -> None:
        """Close the files that the census keeps open. The page stays."""
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

    def _sights(self) -> list[census.Sight]:
        sights: list[census.Sight] = []
        while True:
            sight = census.Sight()
            if not census.library().night_census_sight(self._opened(), len(sights), sight):
                return sights
            sights.append(sight)
