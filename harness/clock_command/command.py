"""One command and all its children in virtual time: `harness clock run`.

The harness waits beside the command as a shell would: its output, input, signals and exit code are the command's.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from harness.clock.census.census import Sight
from harness.clock.controller import Controller, Stop
from harness.clock.library import is_in_a_night, preload_environment, unusable_because
from harness.clock.page import TICK_ERROR, ClockPage
from harness.clock.reach.reach import NotFound, reach_of
from harness.clock.wrong_clock import Skew
from harness.clock_command.external_waits import InheritedFiles, RunCounts, run_counts_of
from harness.clock_command.keeper import PASSED_ON, Ended, Keeper
from harness.clock_command.local_time import as_local_time
from harness.errors import AuthorError, StackError
from harness.stack.cleanup.directories import clock_directory, remove_clock_directory, sweep

STUCK, CANNOT_START, NOT_FOUND = 3, 126, 127

_TOLD_AFTER_S = 10.0
"""Real seconds of standstill after which the user is told what works; then after twice as many, and so on."""

_LOOK_EVERY_S = 0.02
"""Between two looks at a night that waits for something outside: short for a human, a thousandth of a CPU."""

_LAST_NS = 7_258_118_400 * 10**9
"""The year 2200, before the end of what fits into a clock page."""


@dataclass(frozen=True)
class Settings:
    """When the command runs, and what is told about it. A zone of None is the machine's."""

    at_ns: int
    zone: ZoneInfo | None = None
    tick_error: float = TICK_ERROR
    skew: Skew | None = None
    summary: bool = False


def run(argv: Sequence[str], settings: Settings) -> int:
    """Run the command to its end; its exit code, 128+n for signal n, or one of a shell's when it cannot be run."""
    inherited = InheritedFiles()
    if is_in_a_night(os.environ):
        raise AuthorError(
            f"this process is in virtual time already (NIGHT_CLOCK={os.environ['NIGHT_CLOCK']}), and a clock inside "
            "another would wait for it for ever; expected one clock for all: run the command by itself"
        )
    because = unusable_because()
    if because is not None:
        raise StackError("the clock", found=because, expected="Linux with glibc", todo="run the command by itself")
    obstacle = reach_of(argv[0]).obstacle
    if obstacle is not None:
        _say(str(obstacle))
        return NOT_FOUND if isinstance(obstacle, NotFound) else CANNOT_START
    sweep()
    folder = clock_directory()
    try:
        return _Command(argv, settings, ClockPage.create(folder / "page", at_ns=settings.at_ns), inherited).run()
    finally:
        remove_clock_directory(folder)


def _say(text: str) -> None:
    sys.stderr.write(f"harness clock run: {text}\n")


class _Command:
    """A command that runs."""

    def __init__(self, argv: Sequence[str], settings: Settings, page: ClockPage, inherited: InheritedFiles) -> None:
        self._argv, self._settings, self._page, self._inherited = argv, settings, page, inherited
        self._over = threading.Event()
        self._ended: Ended | None = None
        self._stops: list[Stop] = []
        self._outside: set[str] = set()

    def run(self) -> int:
        """See `run`."""
        environment = os.environ | preload_environment(self._page.path, skew=self._settings.skew, for_all_users=True)
        if "LD_PRELOAD" in os.environ:
            environment["LD_PRELOAD"] += f":{os.environ['LD_PRELOAD']}"
        if self._settings.zone is not None:
            environment["TZ"] = self._settings.zone.key
        begun = time.monotonic()
        self._keeper = Keeper(self._argv, environment, self._page)
        controller = Controller(
            self._page, root=os.getpid(), zone=self._settings.zone, tick_error=self._settings.tick_error
        )
        told = threading.Thread(target=self._learn_of_its_end, daemon=True)
        told.start()
        threading.Thread(target=self._pass_signals_on, daemon=True).start()
        try:
            stop = self._let_time_pass(controller)
            wall_s = time.monotonic() - begun
        finally:
            controller.close()  # it may hold every file that this process may open, and who is to be ended is looked up
            self._keeper.end()
            told.join()
        code = self._code(stop)
        if self._settings.summary:
            self._sum_up(stop.at_ns, wall_s)
        return code

    def _let_time_pass(self, controller: Controller) -> Stop:
        patience_s = _TOLD_AFTER_S
        asleep: RunCounts = {}
        while True:
            stop = controller.run(_LAST_NS, runaway_s=patience_s)
            self._stops.append(stop)
            self._name_outsiders()
            if stop.reason == "runaway":
                patience_s = _TOLD_AFTER_S if stop.jumps else 2 * patience_s
                if waits := [line for line in stop.waits if line not in self._outside]:
                    made = f" ({stop.work})" if str(stop.work) else ""
                    _say(f"time stands still: {'; '.join(waits)}{made}")
                continue
            if stop.reason != "stuck":
                return stop
            sights = controller.sights()
            awaited, counts = self._inherited.is_awaited(sights), run_counts_of(sights)
            if counts != asleep:  # one may have been woken before we looked what it waits for: once more
                asleep = counts
            elif not awaited:
                return stop
            else:
                self._sleep_while(sights, asleep)

    def _name_outsiders(self) -> None:
        """Each once: the command goes on, but not all of it in the time that it was to have."""
        for outsider in map(str, self._page.outsiders()):
            if outsider not in self._outside:
                self._outside.add(outsider)
                _say(outsider)

    def _sleep_while(self, sights: list[Sight], asleep: RunCounts) -> None:
        """Only the other side can wake them, and only a thread that is awake can begin anything."""
        while not self._over.wait(_LOOK_EVERY_S) and run_counts_of(sights) == asleep:
            pass

    def _learn_of_its_end(self) -> None:
        self._ended = self._keeper.ended()
        self._over.set()
        self._page.stop("the command has ended")

    def _pass_signals_on(self) -> None:
        while True:
            signo = signal.sigwait(PASSED_ON)
            self._keeper.pass_on(signo)
            if signo == signal.SIGTSTP:
                os.kill(os.getpid(), signal.SIGSTOP)

    def _code(self, stop: Stop) -> int:
        """The exit code; says whatever the command could not say itself."""
        if stop.reason in ("stuck", "until"):
            why = "everybody waits, and nothing is due" if stop.reason == "stuck" else "nothing is due for centuries"
            lines = "".join(f"\n  {line}" for line in stop.waits)
            _say(f"stuck: {why}, so nothing can ever happen; the command was ended{lines}")
            return STUCK
        if self._ended is None:
            _say("the process that keeps the command was killed, and the command was ended")
            return STUCK
        if self._ended.error:
            _say(f"{self._argv[0]}: {os.strerror(self._ended.error)}")
            return CANNOT_START
        if self._ended.left:
            _say(f"the command has ended, and what it left behind was ended too: {', '.join(self._ended.left)}")
        return self._ended.code if self._ended.code >= 0 else 128 - self._ended.code

    def _sum_up(self, now_ns: int, wall_s: float) -> None:
        began, zone = self._settings.at_ns, self._settings.zone
        virtual_s = (now_ns - began) / 1e9
        first, last = as_local_time(began, zone), as_local_time(now_ns, zone)
        jumps, bunched = sum(stop.jumps for stop in self._stops), sum(stop.bunched_ticks for stop in self._stops)
        rows = [
            ("virtual time", f"{_span(virtual_s)}, {first:%F %T %Z} to {last:%F %T %Z}"),
            ("wall time", f"{_span(wall_s)}, {virtual_s / wall_s:,.1f} times faster"),
            ("jumps", f"{jumps:,}"),
        ]
        if bunched:
            late_s = max(stop.late_ns for stop in self._stops) / 1e9
            rows.append(("ticks bunched", f"{bunched:,}, at most {late_s:.3f} s late"))
        for name, value in rows:
            _say(f"{name:<13} {value}")


def _span(seconds: float) -> str:
    """3723.5 is 1:02:03.500."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:06.3f}"
