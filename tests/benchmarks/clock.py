"""What virtual time costs, and what it gives, as ratios of one run.

    python -m tests.benchmarks.clock [--repeat 5] [--without-libfaketime]

The night: two clients that give up on a hung socket after 30 minutes each, again and again, and 40 calls with a
10-second timeout to a server that answers: 4.67 virtual hours. Compared with the same programs with every wait removed,
and with libfaketime at x600 where it is installed.
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
from pathlib import Path

from harness.clock.controller import Controller
from harness.clock.library import preload_environment
from harness.clock.page import ClockPage

AT_NS = 1_795_485_600 * 10**9
HOUR = 3600 * 10**9

HUNG = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
limit = float(sys.argv[1])
for attempt in range(2):
    client = socket.create_connection(server.getsockname(), timeout=1800)
    client.sendall(b"hello?")
    if limit:
        try:
            client.recv(1)
        except TimeoutError:
            pass
        time.sleep(limit)
"""

CALLS = """
import socket, sys, threading
server = socket.create_server(("127.0.0.1", 0))
def answer():
    for call in range(40):
        with server.accept()[0] as line:
            line.sendall(line.recv(100))
threading.Thread(target=answer, daemon=True).start()
false = 0
for call in range(40):
    try:
        with socket.create_connection(server.getsockname(), timeout=10) as line:
            line.sendall(b"hello")
            line.recv(100)
    except TimeoutError:
        false += 1
print(false)
"""

READ = """if True:
    import timeit, time
    cpu = time.process_time  # the CPU's own clock: virtual time is what is measured
    print(min(timeit.repeat("now()", timer=cpu, globals={"now": time.time_ns}, number=200_000, repeat=7)) * 5000)"""

THREADS = """
import threading, time
others = [threading.Thread(target=time.sleep, args=(10**6,), daemon=True) for _ in range(29)]
for thread in others:
    thread.start()
while True:
    time.sleep(60)
"""

LIBFAKETIME = next(
    (
        path
        for folder in ("x86_64-linux-gnu", "aarch64-linux-gnu")
        if (path := Path("/usr/lib") / folder / "faketime" / "libfaketime.so.1").exists()
    ),
    None,
)


class Clocked:
    """A page and its controller, for programs below this process."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"page-{time.monotonic_ns()}"
        self.page = ClockPage.create(self.path, at_ns=AT_NS)
        self.controller = Controller(self.page, root=os.getpid())
        self.controller.exclude_children()
        self.environment = {**os.environ, **preload_environment(self.path, "benchmark")}

    def close(self) -> None:
        """Give everything back."""
        self.controller.close()
        self.page.close()


def night_of(environment: dict[str, str], pause_s: float, wait: Callable[[], object]) -> tuple[float, int]:
    """Run the two programs; wall seconds, and false timeouts."""
    began = time.perf_counter()
    with (
        subprocess.Popen([sys.executable, "-c", HUNG, str(pause_s)], env=environment) as hung,
        subprocess.Popen([sys.executable, "-c", CALLS], env=environment, stdout=subprocess.PIPE, text=True) as calls,
    ):
        wait()
        false = calls.communicate()[0]
        hung.wait()
    return time.perf_counter() - began, int(false)


PAUSE_S = (4.67 * 3600 - 2 * 1800) / 2


def measure_read(folder: Path) -> tuple[float, float]:
    """Nanoseconds of one reading in Python: bare, and under the library."""
    clocked = Clocked(folder)
    try:
        times = [
            float(subprocess.run([sys.executable, "-c", READ], env=env, capture_output=True, check=True).stdout)
            for env in (dict(os.environ), clocked.environment)
        ]
    finally:
        clocked.close()
    return times[0], times[1]


def measure_jump(folder: Path) -> float:
    """Milliseconds of one jump with 30 threads, of which one is woken."""
    clocked = Clocked(folder)
    program = subprocess.Popen([sys.executable, "-c", THREADS], env=clocked.environment)
    try:
        clocked.controller.run(clocked.page.now_ns + HOUR)
        began = time.perf_counter()
        stop = clocked.controller.run(clocked.page.now_ns + 20 * HOUR)
        return (time.perf_counter() - began) / stop.jumps * 1000
    finally:
        program.kill()
        program.wait()
        clocked.close()


def measure_night(folder: Path) -> tuple[float, int, float]:
    """Wall seconds and false timeouts of the night in virtual time; the controller's CPU seconds."""
    clocked = Clocked(folder)
    cpu = time.process_time()
    try:
        wall, false = night_of(
            clocked.environment, PAUSE_S, lambda: clocked.controller.run(clocked.page.now_ns + 24 * HOUR)
        )
    finally:
        clocked.close()
    return wall, false, time.process_time() - cpu


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--without-libfaketime", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        bare, read = measure_read(folder)
        say(f"clock read       {read:6.0f} ns under the library, {bare:.0f} ns bare: {read / bare:.2f} x")
        say(f"jump, 30 threads {measure_jump(folder):6.2f} ms")
        nights = [measure_night(folder) for _ in range(asked.repeat)]
        floors = [night_of(dict(os.environ), 0, lambda: None)[0] for _ in range(asked.repeat)]
    night, floor = statistics.median(wall for wall, _, _ in nights), statistics.median(floors)
    false = sum(count for _, count, _ in nights)
    cpu = statistics.median(cpu for _, _, cpu in nights)
    say(f"night of 4.67 h  {night:6.3f} s in virtual time, {false} of {40 * asked.repeat} calls timed out falsely")
    say(
        f"no waits at all  {floor:6.3f} s: the night takes {night / floor:.2f} x;"
        f" virtual : wall {16812 / night:,.0f} : 1"
    )
    say(f"controller       {cpu * 1000:6.1f} ms CPU: {cpu / night:.1%} of the night")
    if LIBFAKETIME and not asked.without_libfaketime:
        fake = {**os.environ, "LD_PRELOAD": str(LIBFAKETIME), "FAKETIME": "+0 x600"}
        wall, false = night_of(fake, PAUSE_S, lambda: None)
        say(
            f"libfaketime x600 {wall:6.3f} s, {false} of 40 calls timed out falsely:"
            f" {wall / night:.0f} x the night here"
        )


def say(line: str) -> None:
    """Print one line of the table."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
