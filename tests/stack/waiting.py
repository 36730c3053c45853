"""Waiting for the end of processes that are not our children, without sleeping."""

from __future__ import annotations

import os
import select
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

END_WITHIN_S = 20.0


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
            ended, _, _ = select.select(list(running), [], [], END_WITHIN_S)
            assert ended, f"still running: {sorted(running.values())}"
            for fd in ended:
                del running[fd]
    finally:
        for fd in watched:
            os.close(fd)
