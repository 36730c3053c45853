"""False timeouts in nights of a whole stack, in processes and in containers: calls with a limit of a second.

    python -m tests.benchmarks.stack_timeouts [--calls 10000] [--stack local docker] [--setting NAME ...]

The programs are those of false_timeouts.py, each as a job that the stack's own scheduler starts, and one more, whose
calls go to the mocks: in docker, to other containers. The hogs run beside the stack, where nothing of the night counts
them. Nobody in a job waits for time, so 0 timeouts are wanted, and no jump but those that a program says it makes.
Where no engine answers, docker is left out, and that is said.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from harness.errors import StackError
from harness.stack import Stack
from harness.stack.local.stack import LocalStack
from tests.benchmarks.false_timeouts import CALLS, PROGRAMS, Count
from tests.benchmarks.hogs import hogs
from tests.benchmarks.machine import machine
from tests.benchmarks.stacks import docker_stack
from tests.stack.plans import job, plan

STACKS: dict[str, Callable[[], Stack]] = {"local": LocalStack, "docker": docker_stack}


@dataclass(frozen=True)
class Setting:
    """Who eats the machine, and whether the job gets only what others leave, on one CPU."""

    computing: int = 0
    writing: int = 0
    meekly: bool = False


SETTINGS = {
    "quiet": Setting(),
    "cpu": Setting(computing=8),
    "disk": Setting(computing=2, writing=4),
    "idle, one core, cpu": Setting(computing=2, meekly=True),
}


def count_in_a_night(stack: Stack, program: str, calls: int, *, meekly: bool = False) -> Count:
    """One program's calls, as the only job of a night; raises RuntimeError where the job did not end by itself."""
    places = {name.replace(".", "_").upper(): url for name, url in stack.places().items()}
    argv = (["meekly.py"] if meekly else []) + [f"{program}.py", str(calls)]
    caller = replace(job(stack, "caller", "python", *argv, **places), cwd=stack.job_cwd(CALLS))
    night = plan(caller)
    stack.reset(night)
    began = time.monotonic()
    stack.begin()
    stop = stack.run(night.closes_ns, runaway_s=100)
    wall_s = time.monotonic() - began
    stack.settle()
    said = (stack.output("caller", 1, "out") + stack.output("caller", 1, "err")).split()
    if stop.reason != "asked" or len(said) != 3:
        raise RuntimeError(f"{program} on {stack.name}: {stop} {' '.join(said)}")
    false, made, rests = map(int, said)
    return Count(made, false, stop.jumps - rests, wall_s)


@contextmanager
def running(names: list[str]) -> Iterator[list[Stack]]:
    """The stacks that can be had here."""
    with ExitStack() as up:
        stacks = []
        for name in names:
            try:
                stacks.append(up.enter_context(STACKS[name]()))
            except StackError as error:
                print(f"{name}: NOT RUN: {error}")
        yield stacks


def main() -> int:
    """Print the counts; the exit code says whether they are the ones wanted."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calls", type=int, default=10_000, help="of each stack")
    options.add_argument("--stack", choices=STACKS, nargs="+", default=list(STACKS))
    options.add_argument("--setting", choices=SETTINGS, nargs="+", default=list(SETTINGS))
    options.add_argument("--program", choices=("mocks", *PROGRAMS), nargs="+", default=["mocks", *PROGRAMS])
    asked = options.parse_args()
    each = -(-asked.calls // (len(asked.setting) * len(asked.program)))
    lied = 0
    with running(asked.stack) as stacks:
        totals = dict.fromkeys((stack.name for stack in stacks), 0)
        for name in asked.setting:
            setting = SETTINGS[name]
            for stack in stacks:
                for program in asked.program:
                    with hogs(setting.computing, setting.writing):
                        count = count_in_a_night(stack, program, each, meekly=setting.meekly)
                    totals[stack.name] += count.calls
                    lied += count.false + count.jumps
                    print(f"{name:20} {stack.name:6} {program:9} {count.false:4d} of {count.calls:5d} timed out,"
                          f" {count.jumps:3d} jumps, {count.wall_s:5.1f} s", flush=True)  # fmt: skip
    print(f"{', '.join(f'{calls} calls on {name}' for name, calls in totals.items())}; {machine()}")
    return int(lied > 0)


if __name__ == "__main__":
    sys.exit(main())
