"""How quick this machine is, measured in this run: limits of time in tests are multiples of it, never constants."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

WORK = "import argparse, asyncio, email.message, http.client, json, unittest.mock"


@functools.cache
def start_s() -> float:
    """Seconds of CPU that a start of Python takes here which does a little work; the least of three."""
    return min(_cpu_s() for _ in range(3))


def starts(count: float) -> float:
    """Seconds in which this machine starts Python so many times, one after the other, if it does nothing else."""
    return count * start_s()


def patience_s() -> float:
    """How long to wait for what should take a moment, before it is taken for something that never comes."""
    return starts(1000)


def _cpu_s() -> float:
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", WORK]) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime
