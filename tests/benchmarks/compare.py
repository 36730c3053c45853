"""One night under every clock that can be had: virtual time, libfaketime at several speeds, and clocks inside Python.

    python -m tests.benchmarks.compare [--speeds 60 600 3600] [--hogs 4] [--repeat 3]

The night of clock.py: 4.67 hours in which two clients give up on a hung socket after 30 minutes each, and 40 calls
with a 10-second timeout to a server that answers, in two processes. A timeout of one of the 40 is a false one. With
--hogs, beside so many programs that only compute. libfaketime at x60 takes nearly five minutes. A clock that is
replaced inside one Python process changes what it reads and not what it waits for: so what is measured there is one
second of waiting, and the night it would make is said, not lived.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.clock import LIBFAKETIME, PAUSE_S, measure_night, night_of, say
from tests.benchmarks.hogs import hogs
from tests.benchmarks.machine import machine

CALLS = 40
NIGHT_S = 4.67 * 3600
INSIDE_PYTHON = {
    "freezegun": "from freezegun import freeze_time as at",
    "time-machine": "from time_machine import travel as at",
}
WAITS = """
import os, socket
{importing}
with at("2026-11-24 02:00", tick=True):
    one, other = socket.socketpair()
    one.settimeout(1)
    began_s = os.times().elapsed  # which neither of the two replaces
    try:
        one.recv(1)
    except TimeoutError:
        print(os.times().elapsed - began_s)
"""


def second_of_waiting(importing: str) -> float | None:
    """Real seconds that a timeout of one second takes in such a process; None where the package is not installed."""
    waiting = subprocess.run([sys.executable, "-c", WAITS.format(importing=importing)], capture_output=True, text=True)
    return float(waiting.stdout) if waiting.returncode == 0 else None


def faked(speed: int, wall_s: float) -> str:
    """The row of a night under libfaketime."""
    if LIBFAKETIME is None:
        return "not installed"
    environment = {**os.environ, "LD_PRELOAD": str(LIBFAKETIME), "FAKETIME": f"+0 x{speed}"}
    lived_s, false = night_of(environment, PAUSE_S, lambda: None)
    return f"{lived_s:9.3f} s {lived_s / wall_s:10.1f}   {false} of {CALLS}"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--speeds", type=int, nargs="*", default=[60, 600, 3600])
    options.add_argument("--hogs", type=int, default=0)
    options.add_argument("--repeat", type=int, default=3, help="of virtual time; the others are lived once each")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder, hogs(computing=asked.hogs):
        nights = [measure_night(Path(folder)) for _ in range(asked.repeat)]
        wall_s = statistics.median(wall for wall, _, _ in nights)
        say(f"beside {asked.hogs} CPU hogs    wall time   x virtual   false timeouts")
        say(f"virtual time       {wall_s:9.3f} s {1:10.1f}   {sum(n[1] for n in nights)} of {CALLS * asked.repeat}")
        for speed in asked.speeds:
            say(f"libfaketime x{speed:<5} {faked(speed, wall_s)}")
    for name, importing in INSIDE_PYTHON.items():
        took_s = second_of_waiting(importing)
        if took_s is None:
            say(f"{name:<18} not installed")
        else:
            lived_s = took_s * NIGHT_S
            say(
                f"{name:<18} {lived_s:9.0f} s {lived_s / wall_s:10.1f}   none: a second of waiting takes {took_s:.2f} s"
            )
    say(machine())


if __name__ == "__main__":
    main()
