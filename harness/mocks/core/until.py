"""Waiting for a moment of the night, or until all else waits."""

from __future__ import annotations

import asyncio
import time

AT_REST_S = 0.001
"""More than all clocks tick while a wait begins (1 µs for each reading); that it is so little is all the same."""


async def at_rest() -> None:
    """Return when all else in the night waits: what was sent before has been taken by then, and worked on.

    Time moves only then, so that any wait does. Where the clock is real, it is no more than a pause.
    """
    await asyncio.sleep(AT_REST_S)


async def until(at_ns: int) -> None:
    """Sleep to a moment of the night. An event loop rounds times and may wake a moment early, so it looks again."""
    while (now_ns := time.time_ns()) < at_ns:
        await asyncio.sleep((at_ns - now_ns) / 1e9)
