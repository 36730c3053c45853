"""Waiting for the end of processes that are not our children, without sleeping."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.calibration import patience_s


def is_gone_soon(directory: Path) -> bool:
    """Whether it is removed: by its supervisor, or by whoever's start swept it at the same moment."""
    deadline = time.monotonic() + patience_s()
    while directory.exists() and time.monotonic() < deadline:
        os.sched_yield()
    return not directory.exists()


@contextmanager
def seen_to_end(pids: Iterable[int]) -> Iterator[None]:
    """Every one of these processes has ended soon after the block is left."""
    watched: dict[int, int] = {}
    for pid in pids:
        with suppress(ProcessLookupError):
            watched[os.pidfd_open(pid)] = pid
    try:
        yield
        running = dict(watched)
        while running:
            ended, _, _ = select.select(list(running), [], [], patience_s())
            assert ended, f"still running: {sorted(running.values())}"
            for fd in ended:
                del running[fd]
    finally:
        for fd in watched:
            os.close(fd)


def name_of(pid: int) -> str:
    """What a process is called; one that has ended meanwhile is called nothing."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return ""
