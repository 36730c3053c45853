"""False timeouts beside a flood: loopback packets that wait for another CPU, or are dropped and sent again.

    python -m tests.benchmarks.flood [--calls 800] [--repeat 5] [--planted 0x40]

The calls of `calls/sockets.py` in a network namespace of their own, where every CPU may deliver what another has sent
(`rps_cpus`), beside programs that send datagrams to nobody. Needs root and two CPUs; without, this says so and ends
with exit code 77.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.false_timeouts import Setting, count_false_timeouts
from tests.benchmarks.machine import machine

SKIPPED = 77
DELIVERED_BY = Path("/sys/class/net/lo/queues/rx-0/rps_cpus")
APART = "NIGHT_FLOOD_APART"


def enter_namespace() -> str | None:
    """Run this again in a namespace of its own, where there is not one yet; or why that cannot be done."""
    if os.environ.get(APART):
        return None
    if len(os.sched_getaffinity(0)) < 2:
        return "one CPU delivers every packet at once"
    namespaces = ["unshare", "--net", "--mount"]
    probe = subprocess.run([*namespaces, "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return probe.stderr.strip()
    command = 'mount -t sysfs sysfs /sys && ip link set lo up && exec "$@"'
    again = [sys.executable, "-m", "tests.benchmarks.flood", *sys.argv[1:]]
    return os.execvpe(namespaces[0], [*namespaces, "sh", "-c", command, "sh", *again], {**os.environ, APART: "1"})


def main() -> int:
    """Print the counts; the exit code says whether they are the ones wanted."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calls", type=int, default=800)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--planted", type=lambda text: int(text, 0), default=0)
    asked = options.parse_args()
    if (because := enter_namespace()) is not None:
        print(f"NOT RUN: {because}")
        return SKIPPED
    DELIVERED_BY.write_text(f"{sum(1 << cpu for cpu in os.sched_getaffinity(0)):x}")
    counts = [
        count_false_timeouts("sockets", asked.calls, Setting(sending=3), planted=asked.planted)
        for _ in range(asked.repeat)
    ]
    false = sum(count.false + count.jumps for count in counts)
    print(f"{false} false timeouts and jumps of {sum(count.calls for count in counts)} calls beside a flood")
    print(machine())
    return int((false > 0) != bool(asked.planted))


if __name__ == "__main__":
    sys.exit(main())
