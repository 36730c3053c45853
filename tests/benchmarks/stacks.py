"""What a stack costs: its cold start, its reset, its end; and the same night in containers and in processes, warm.

    python -m tests.benchmarks.stacks [--repeat 5] [--resets 10] [--stack local|both]

Cold start is from nothing to a stack whose mocks all answer, beside a bare `python -c "import aiohttp"`, which each of
six mocks must do. The reset is of a night that has been lived, with its plan. The night is that of reference_night.py,
lived on both stacks in turn. Docker is measured where an engine answers and the images are there, and the skip is said.
Last come resets of the local stack with a chain's folder of 30 MB, of which a job has changed up to five files, by each
kind of view.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.stack import Stack
from harness.stack.local.stack import LocalStack
from tests.benchmarks.machine import machine
from tests.benchmarks.reference_night import ReferenceNight
from tests.stack.chain_views.stacks import KINDS, stack_of
from tests.stack.plans import job, plan


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


def resets_with_chain_folder(kind: str, files: int, size: int, repeat: int) -> list[float]:
    """Wall seconds of resets after nights in which a job has changed up to five files of its chain's folder."""
    found = []
    with tempfile.TemporaryDirectory() as place, stack_of(kind, Path(place)) as stack:
        folder = Path(place, "chain")
        for number in range(files):
            path = folder / f"{number % 40:02}" / f"{number:04}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(size))
        change = job(stack, "change", "sh", "-c", "for file in $(ls -d */* | head -n 5); do echo >>$file; done")
        the_plan = plan(replace(change, cwd=stack.job_cwd(folder)))
        for _ in range(repeat + 1):
            found.append(seconds(lambda: stack.reset(the_plan)))
            stack.begin()
            stack.run(the_plan.closes_ns)
            assert len(stack.settle()) == min(files, 5)
    return found[1:]  # before the first, no job has changed anything


def print_chain_folders(repeat: int) -> None:
    """The rows of what a chain's folder adds to a reset."""
    for kind in KINDS:
        for files, size in ((3000, 10_000), (3, 10 << 20)):
            what = f"{kind}: reset, {files:,} x {size >> 20 or size // 1000} {'MB' if size >> 20 else 'KB'}"
            try:
                found = resets_with_chain_folder(kind, files, size, repeat)
            except pytest.skip.Exception as why:
                print(f"{what:35}NOT RUN: {why}")
            else:
                print(f"{what:35}{ms(found)} ms   worst {max(found) * 1000:.1f}")


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
    print_chain_folders(asked.resets)
    print(machine())


def ms(times: list[float]) -> str:
    """The median in milliseconds."""
    return f"{statistics.median(times) * 1000:7.1f}"


if __name__ == "__main__":
    main()
