"""What a stack costs: its cold start, its reset, its end; and the same night in containers and in processes, warm.

    python -m tests.benchmarks.stacks [--repeat 5] [--resets 10] [--stack local|both]

Cold start is from nothing to a stack whose mocks all answer, beside a bare `python -c "import aiohttp"`, which each of
six mocks must do. The reset is of a night that has been lived, with its plan. The night is that of reference_night.py,
lived on both stacks in turn. Docker is measured where an engine answers and the images are there, and the skip is said.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from harness.errors import StackError
from harness.stack import Stack
from harness.stack.local.stack import LocalStack
from tests.benchmarks.machine import machine
from tests.benchmarks.reference_night import ReferenceNight


def docker_stack() -> Stack:
    """A docker stack; what it needs is slow to import."""
    from harness.stack.docker.stack import DockerStack

    return DockerStack()


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def bare_python() -> float:
    """What every mock's start costs at least."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", "import aiohttp.web"], check=True))


def starts_and_ends(make: Callable[[], Stack], repeat: int) -> tuple[list[float], list[float]]:
    """Wall seconds of cold starts and of ends."""
    starts, ends = [], []
    for _ in range(repeat):
        stack = make()
        starts.append(seconds(stack.start))
        ends.append(seconds(stack.stop))
    return starts, ends


def resets(night: ReferenceNight, repeat: int) -> list[float]:
    """Wall seconds of resets, each after a night that was lived."""
    plan, found = night.plan(), []
    for _ in range(repeat):
        night.live()
        found.append(seconds(lambda: night.stack.reset(plan)))
    return found


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--resets", type=int, default=10)
    options.add_argument("--stack", choices=("local", "both"), default="both")
    asked = options.parse_args()
    stacks: dict[str, Callable[[], Stack]] = {"local": LocalStack}
    if asked.stack == "both":
        try:
            docker_stack().start().stop()
            stacks["docker"] = docker_stack
        except StackError as error:
            print(f"docker: NOT RUN: {error}")
    bare = statistics.median(bare_python() for _ in range(asked.repeat))
    print(f"python -c 'import aiohttp.web'     {bare * 1000:7.0f} ms")
    goals = {"local": ("", "50"), "docker": ("; goal 5,000 ms", "200")}
    nights: dict[str, list[float]] = {name: [] for name in stacks}
    with tempfile.TemporaryDirectory(dir="/dev/shm") as store, ExitStack() as up:
        lived: dict[str, ReferenceNight] = {}
        for name, make in stacks.items():
            starts, ends = starts_and_ends(make, asked.repeat)
            lived[name] = ReferenceNight(up.enter_context(make()), Path(store))
            lived[name].live()
            found = resets(lived[name], asked.resets)
            start_goal, reset_goal = goals[name]
            print(f"{name + ': cold start':24}           {ms(starts)} ms   {statistics.median(starts) / bare:.1f} times"
                  f" that{start_goal}")  # fmt: skip
            print(f"{name + ': end':24}           {ms(ends)} ms")
            print(f"{name + ': reset':24}           {ms(found)} ms   worst {max(found) * 1000:.1f}; goal {reset_goal}")
        for _ in range(asked.repeat):
            for name, night in lived.items():
                nights[name].append(night.live().wall_s)
    for name, walls in nights.items():
        ratio = statistics.median(walls) / statistics.median(nights["local"])
        print(f"{name + ': the night, warm':24}           {ms(walls)} ms   {ratio:.2f} x local"
              + ("; goal 2" if name == "docker" else ""))  # fmt: skip
    print(machine())


def ms(times: list[float]) -> str:
    """The median in milliseconds."""
    return f"{statistics.median(times) * 1000:7.1f}"


if __name__ == "__main__":
    main()
