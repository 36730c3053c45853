"""False timeouts: calls with a limit of a second against somebody who always answers, on a machine that others eat up.

    python -m tests.benchmarks.false_timeouts [--calls 10000] [--setting NAME ...] [--program NAME ...]
    python -m tests.benchmarks.false_timeouts --planted 0x20 --program errands

Nobody in these nights ever waits for time (`calls/` has the programs), so every jump of the clock is false, also one
that no call has noticed: 0 timeouts and 0 jumps are wanted. The calls are spread evenly over programs and settings.
Who has starved at idle priority for 20 s goes on at the usual one.
With --planted a guard of the clock is off, to show that this benchmark would see it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from harness.clock.census import census
from harness.clock.controller import Controller
from harness.clock.library import preload_environment
from harness.clock.page import ClockPage
from harness.stack.cleanup.processes import descendants_of
from tests.benchmarks.hogs import hogs
from tests.benchmarks.machine import machine

AT_NS = 1_795_485_600 * 10**9
CALLS = Path(__file__).with_name("calls")
PROGRAMS = ("sockets", "streams", "threads", "futexes", "children", "baton", "errands")


@dataclass(frozen=True)
class Setting:
    """What happens beside the calls: hogs, on all CPUs or on the one of the calls; and how little the calls may get."""

    computing: int = 0
    writing: int = 0
    sending: int = 0
    one_core: bool = False
    idle: bool = False


SETTINGS = {
    "quiet": Setting(),
    "cpu": Setting(computing=8),
    "disk": Setting(computing=2, writing=4),
    "one core": Setting(one_core=True),
    "one core, cpu": Setting(computing=4, one_core=True),
    "idle": Setting(idle=True),
    "idle, cpu": Setting(computing=1, writing=1, idle=True),
}


@dataclass(frozen=True)
class Count:
    """What a run of one program saw; ``jumps`` are those that nobody waited for."""

    calls: int
    false: int
    jumps: int
    wall_s: float


class Wedged(RuntimeError):
    """The calls never came to their end: with a guard off, a jump that nobody waited for may have cut one short."""


@contextmanager
def _on_cpus(cpus: set[int]) -> Iterator[None]:
    """This process, and what it starts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _let_others_first() -> None:
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def count_false_timeouts(program: str, calls: int, setting: Setting, *, planted: int = 0) -> Count:
    """One program's calls in one night, in that setting; ``planted`` are flags of the page."""
    with ExitStack() as up:
        folder = up.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm"))
        if setting.one_core:
            up.enter_context(_on_cpus({min(os.sched_getaffinity(0))}))
        up.enter_context(hogs(setting.computing, setting.writing, setting.sending))
        path = Path(folder) / "page"
        page = ClockPage.create(path, at_ns=AT_NS)
        up.callback(page.close)
        census.library().night_page_plant(page.address, planted)
        controller = Controller(page, root=os.getpid(), tick_error=0)
        up.callback(controller.close)
        controller.exclude_children()  # the hogs, and whatever else whoever measures has started before
        began = time.monotonic()
        with page.hold():
            night = subprocess.Popen(
                [sys.executable, str(CALLS / f"{program}.py"), str(calls)],
                env={**os.environ, **preload_environment(path, program)},
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=_let_others_first if setting.idle else None,
            )
        up.callback(_end, night)
        stop = controller.run(page.now_ns + 10**15, runaway_s=20 if setting.idle else 50)
        jumps = stop.jumps
        if setting.idle and stop.reason == "runaway":  # on a machine with no CPU to spare they may wait for ever
            _let_go_first(night.pid)
            stop = controller.run(page.now_ns + 10**15, runaway_s=50)
            jumps += stop.jumps
        if night.poll() is None:
            raise Wedged(f"{program}: {stop}")
        false, made, rests = (int(number) for number in night.communicate()[0].split())
        return Count(made, false, jumps - rests, time.monotonic() - began)


def _let_go_first(pid: int) -> None:
    """All threads of a process and its descendants, at their usual priority; whoever is gone by then needs none."""
    for tasks in (Path(f"/proc/{each}/task") for each in (pid, *descendants_of(pid))):
        with suppress(OSError):
            for task in tasks.iterdir():
                with suppress(ProcessLookupError):
                    os.sched_setscheduler(int(task.name), os.SCHED_OTHER, os.sched_param(0))


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def main() -> int:
    """Print the counts; the exit code says whether they are the ones wanted."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calls", type=int, default=10_000)
    options.add_argument("--setting", choices=SETTINGS, nargs="+", default=list(SETTINGS))
    options.add_argument("--program", choices=PROGRAMS, nargs="+", default=list(PROGRAMS))
    options.add_argument("--planted", type=lambda text: int(text, 0), default=0, help="NIGHT_PLANTED_* of page.h")
    asked = options.parse_args()
    each = -(-asked.calls // (len(asked.setting) * len(asked.program)))
    total, lied = 0, 0
    for setting in asked.setting:
        for program in asked.program:
            count = count_false_timeouts(program, each, SETTINGS[setting], planted=asked.planted)
            total += count.calls
            lied += count.false + count.jumps
            print(f"{setting:14} {program:9} {count.false:4d} of {count.calls:5d} timed out,"
                  f" {count.jumps:3d} jumps, {count.wall_s:5.1f} s", flush=True)  # fmt: skip
    print(f"{total} calls; {machine()}")
    return int((lied > 0) != bool(asked.planted))


if __name__ == "__main__":
    sys.exit(main())
