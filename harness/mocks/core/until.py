"""Waiting for a moment of the night."""

from __future__ import annotations

import asyncio
import time


async def until(at_ns: int) -> None:
    """Sleep to a moment of the night. An event loop rounds times and may wake a moment early, so it looks again."""
    while (now_ns := time.time_ns()) < at_ns:
        await asyncio.sleep((at_ns - now_ns) / 1e9)
