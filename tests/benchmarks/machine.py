"""The machine that a benchmark ran on, and how busy it was: one line below every table."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> str:
    """Cores, memory, Python, and the load that others put on it."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    kernel, python = platform.release(), platform.python_version()
    return f"machine: {cores} cores, {memory:.0f} GB, Linux {kernel}, Python {python}; load {load}"


def cpu_s(*pids: int) -> float:
    """CPU seconds of all threads of these processes so far; those of threads that have ended are not in it."""
    threads = [path for pid in pids for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(path.read_text().split()[0]) for path in threads) / 1e9
