"""The supervisor's hand on the night's clock: virtual through the controller, or real where the library cannot work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from harness.clock.controller import Controller, Stop
from harness.clock.outsiders import Outsider
from harness.clock.page import ClockPage
from harness.stack.directory import StackDirectory
from harness.stack.supervisor.served_requests import ServedRequests

LOOK_EVERY_S = 0.02
"""How often the real clock looks for the end of the schedule."""


class NightClock(Protocol):
    """What /run, /pace and /travel need; run and pace block, and are called in a thread."""

    def run(self, until_ns: int, runaway_s: float, tick_error: float) -> Stop:
        """Let time move."""

    def pace(self, until_ns: int) -> None:
        """Let it move at the wall's speed."""

    def stop(self, reason: str) -> None:
        """Make run or pace return at once."""

    def forget_stop(self) -> None:
        """Take back a stop that came too late: it was meant for a run that is over."""

    def travel(self, at_ns: int) -> None:
        """Set the wall clock of the night."""

    def require_sound(self) -> None:
        """Raise StackError where a night's time is not what the clock has made it."""

    def tell_times_in(self, timezone: str) -> None:
        """Tell times in this zone."""

    def outsiders(self) -> tuple[Outsider, ...]:
        """The programs that do not live in the night's time."""

    def forget_outsiders(self) -> None:
        """Begin anew, for another night."""


def outside_events(outsiders: Iterable[Outsider], root: Path) -> Iterator[dict[str, Any]]:
    """What the history says of programs outside of the night's time; another run says the same of the same program."""
    for one in outsiders:
        value: dict[str, Any] = {"by": one.by, "program": one.program.removeprefix(f"{root}/")}
        value |= {"reason": one.reason, "todo": one.todo}
        value |= {"excepted": False}  # by its chain, which this process does not know
        event = {"at": one.at_ns, "component": "night", "type": "info", "action": "outside"}
        yield event | {"value": value, "error": None}


class VirtualNightClock:
    """The page and its controller."""

    def __init__(self, directory: StackDirectory, *, root: int | None) -> None:
        self._page = ClockPage.create(directory.page, at_ns=time.time_ns())
        requests = ServedRequests(directory.history)
        self._controller = Controller(self._page, root=root, served=requests, vain=requests.in_vain)

    def run(self, until_ns: int, runaway_s: float, tick_error: float) -> Stop:
        """See `Controller.run`."""
        self._controller.tick_error = tick_error
        return self._controller.run(until_ns, runaway_s=runaway_s)

    def pace(self, until_ns: int) -> None:
        """See `Controller.pace`."""
        self._controller.pace(until_ns)

    def stop(self, reason: str) -> None:
        """See `ClockPage.stop`."""
        self._page.stop(reason)

    def forget_stop(self) -> None:
        """See `ClockPage.stopped`."""
        self._page.stopped()

    def travel(self, at_ns: int) -> None:
        """See `ClockPage.travel`."""
        self._page.travel(at_ns)

    def require_sound(self) -> None:
        """See `ClockPage.require_sound`."""
        self._page.require_sound()

    def tell_times_in(self, timezone: str) -> None:
        """See `Controller`."""
        self._controller.zone = ZoneInfo(timezone)

    def outsiders(self) -> tuple[Outsider, ...]:
        """See `ClockPage.outsiders`."""
        return self._page.outsiders()

    def forget_outsiders(self) -> None:
        """See `ClockPage.forget_outsiders`."""
        self._page.forget_outsiders()


class RealNightClock:
    """Time as the machine has it: a run waits for the end of the schedule, or of the night."""

    def __init__(self, directory: StackDirectory) -> None:
        self._schedule = directory.history / "scheduler.jsonl"
        self._asked = threading.Event()

    def run(self, until_ns: int, runaway_s: float, tick_error: float) -> Stop:  # noqa: ARG002 - real time needs neither
        """Wait until then, or until the scheduler has recorded that the schedule is complete."""
        self._asked.clear()
        while time.time_ns() < until_ns:
            if self._complete() or self._asked.wait(LOOK_EVERY_S):
                return Stop(reason="asked", at_ns=time.time_ns(), jumps=0, waits=())
        return Stop(reason="until", at_ns=time.time_ns(), jumps=0, waits=())

    def pace(self, until_ns: int) -> None:
        """Real time is paced already: wait for the stop."""
        self._asked.clear()
        self._asked.wait(max(0.0, (until_ns - time.time_ns()) / 1e9))

    def stop(self, reason: str) -> None:  # noqa: ARG002 - the reason is told nowhere
        """End the wait."""
        self._asked.set()

    def forget_stop(self) -> None:
        """Every wait begins with none."""

    def travel(self, at_ns: int) -> None:
        """There is no travelling in real time: the night is now."""

    def require_sound(self) -> None:
        """The machine's own clock is."""

    def tell_times_in(self, timezone: str) -> None:
        """No time is told."""

    def outsiders(self) -> tuple[Outsider, ...]:
        """All programs have the machine's clock, as this night has."""
        return ()

    def forget_outsiders(self) -> None:
        """There are none."""

    def _complete(self) -> bool:
        try:
            lines = self._schedule.read_bytes().splitlines()
        except FileNotFoundError:
            return False
        return any(b'"schedule"' in line and b'"complete": true' in line for line in lines)
