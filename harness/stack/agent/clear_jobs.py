"""Ending every job that an agent has started: one order on a connection of its own."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

from harness.errors import StackError

CLEAR_TIMEOUT_S = 10.0


async def clear(agent: Path) -> None:
    """Returns when the agent's jobs are dead, down to what they had left behind."""
    try:
        async with asyncio.timeout(CLEAR_TIMEOUT_S):
            reader, writer = await asyncio.open_unix_connection(agent)
            writer.write(struct.pack("<I", 5) + b"clear")
            answer = await reader.readline()
            writer.close()
    except (OSError, TimeoutError) as error:
        raise _not_cleared(agent, str(error) or f"no answer within {CLEAR_TIMEOUT_S:g} s") from error
    if answer != b"cleared\n":
        raise _not_cleared(agent, f"it answered {answer!r}")


def _not_cleared(agent: Path, found: str) -> StackError:
    return StackError(
        f"the agent at control/{agent.name}",
        found=found,
        expected="that it ends the jobs of the last night and says so",
        todo="look for a job that cannot be killed (uninterruptible I/O), or for what ended the agent",
    )
