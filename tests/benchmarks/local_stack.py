"""What a local stack costs: its start, its reset, its end, its memory. Run it as a program; ratios are to bare Python.

python tests/benchmarks/local_stack.py [--rounds 20]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from harness.stack.local import LocalStack
from harness.stack.processes import descendants_of
from tests.stack.plans import plan


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def resident_mb(pids: list[int]) -> float:
    """What the processes hold, shared pages counted in each of them."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * 4096 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    bare = min(seconds(lambda: subprocess.run([sys.executable, "-c", "import aiohttp"], check=True)) for _ in range(5))
    starts, stops = [], []
    for _ in range(5):
        stack = LocalStack()
        starts.append(seconds(stack.start))
        stops.append(seconds(stack.stop))
    with LocalStack() as stack:
        resets = [seconds(lambda: stack.reset(plan(landing=[], archive=[]))) for _ in range(rounds)]
        supervisor = stack.door.ask("GET", "/health")["pid"]
        memory = resident_mb([supervisor, *descendants_of(supervisor)])
    start = statistics.median(starts)
    print(f"python -c 'import aiohttp'   {bare * 1000:7.0f} ms")
    print(f"cold start, six mocks ready  {start * 1000:7.0f} ms   {start / bare:.1f} times that")
    print(f"reset, median and worst      {statistics.median(resets) * 1000:7.1f} ms   {max(resets) * 1000:.1f} ms")
    print(f"stop                         {statistics.median(stops) * 1000:7.0f} ms")
    print(f"memory, all processes        {memory:7.0f} MB")


if __name__ == "__main__":
    main()
