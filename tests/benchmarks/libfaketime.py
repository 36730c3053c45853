"""The same night under libfaketime at x600: wall time and false timeouts, against virtual time, in one run.

    python -m tests.benchmarks.libfaketime [--repeat 3] [--speed 600]

The night of reference_night.py, its mocks and its jobs as processes with LD_PRELOAD=libfaketime and FAKETIME="+0 x600",
against the same on the local stack's own clock. Then once more each with clients that give up by themselves (a minute
without an answer): only the hung call may time out, every other timeout is a false one.

Needs libfaketime (Debian, Ubuntu: apt install libfaketime); without it, this says so and ends with exit code 77.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.contract.plan import Plan
from harness.stack.local.spawning import MOCKS
from harness.stack.local.stack import LocalStack
from tests.benchmarks.machine import machine
from tests.benchmarks.reference_night import ROWS, Lived, ReferenceNight

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
SKIPPED = 77
TICKS_S = 0.01
"""/proc tells when a process started in hundredths of a second."""


def faked(speed: int) -> dict[str, str]:
    """The environment of a process whose clocks run so many times as fast."""
    return {"LD_PRELOAD": str(LIBRARY), "FAKETIME": f"+0 x{speed}"}


def faked_stack(speed: int) -> LocalStack:
    """A local stack whose mocks run under libfaketime; its supervisor lives in real time."""
    prefix = ["env", *(f"{name}={value}" for name, value in faked(speed).items())]
    mocks = {name: [*prefix, sys.executable, "-m", f"harness.mocks.{name}"] for name in MOCKS}
    return LocalStack(virtual=False, mocks=mocks)


def live_faked(night: ReferenceNight, speed: int, limit_s: float) -> Lived:
    """Live the night at that speed; its times are moved to where the scheduler's clock stands."""
    plan = night.plan()
    health = night.stack.control("scheduler", "GET", "health")
    begins_ns = int(_now_of(health["pid"], speed) * 1e9) + 600 * speed * 10**6  # 0.6 s for reset and faults
    night.stack.reset(_shifted(plan, begins_ns - plan.begins_ns, faked(speed)))
    with night.injected(night.hang(), night.half_a_file()):
        began = time.perf_counter()
        night.stack.begin()
        night.stack.run(time.time_ns() + int(limit_s * 1e9))
        wall_s = time.perf_counter() - began
    night.stack.settle()
    return Lived(wall_s, wall_s, 0, night.history())


def _now_of(pid: int, speed: int) -> float:
    """A faked process's wall clock: real until it started, and so many times as fast from then on."""
    started_ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    alive_s = time.clock_gettime(time.CLOCK_BOOTTIME) - started_ticks * TICKS_S
    return time.time() - alive_s + alive_s * speed


def _shifted(plan: Plan, by_ns: int, environment: Mapping[str, str]) -> Plan:
    """The plan so much later, its jobs with more in their environment."""

    def later(at_ns: int | None) -> int | None:
        return None if at_ns is None else at_ns + by_ns

    # Each process has a clock of its own, and the source's must not matter: its files are there from the start.
    files = tuple(replace(file, arrives_ns=0) for file in plan.files)
    jobs = tuple(
        replace(
            job,
            at_ns=later(job.at_ns),
            latest_start_ns=later(job.latest_start_ns),
            environment={**job.environment, **environment},
        )
        for job in plan.jobs
    )
    return replace(
        plan,
        begins_ns=plan.begins_ns + by_ns,
        deadline_ns=plan.deadline_ns + by_ns,
        closes_ns=plan.closes_ns + by_ns,
        files=files,
        jobs=jobs,
    )


def main() -> int:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--speed", type=int, default=600)
    options.add_argument("--limit-s", type=float, default=120, help="a night that takes longer is given up")
    asked = options.parse_args()
    if LIBRARY is None:
        print("NOT RUN: libfaketime is not installed (apt install libfaketime)")
        return SKIPPED
    with (
        tempfile.TemporaryDirectory(dir="/dev/shm") as name,
        LocalStack() as virtual,
        faked_stack(asked.speed) as fast,
    ):
        stores = Path(name)
        here, there = ReferenceNight(virtual, stores), ReferenceNight(fast, stores)
        here.live()
        ours, theirs = [], []
        for _ in range(asked.repeat):
            ours.append(here.live())
            theirs.append(live_faked(there, asked.speed, asked.limit_s))
        here, there = (ReferenceNight(stack, stores, client_timeouts=True) for stack in (virtual, fast))
        ours_timed, theirs_timed = here.live(), live_faked(there, asked.speed, asked.limit_s)
    wall, faked_wall = (statistics.median(night.finished_s for night in nights) for nights in (ours, theirs))
    print(f"to the last job's end   {wall:7.3f} s   in virtual time; {_as_planned(ours)}")
    print(f"libfaketime x{asked.speed}        {faked_wall:7.3f} s   {faked_wall / wall:.0f} x the night here;"
          f" {_as_planned(theirs)}")  # fmt: skip
    print(f"clients that give up    {ours_timed.timed_out - 1:7d}     false timeouts in virtual time,"
          f" {theirs_timed.timed_out - 1} under libfaketime (launches {len(ours_timed.launches)} and"
          f" {len(theirs_timed.launches)}, rows {ours_timed.delivered} and {theirs_timed.delivered})")  # fmt: skip
    print(machine())
    return 0


def _as_planned(nights: list[Lived]) -> str:
    """In how many of them every job ran as often as the faults ask for, and all rows arrived."""
    good = sum(len(night.launches) == 6 and night.delivered == ROWS for night in nights)
    return f"{good} of {len(nights)} went as planned"


if __name__ == "__main__":
    sys.exit(main())
