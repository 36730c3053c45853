"""A mistake of the harness's own is told as one: a client sees no more of it than a connection that ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from harness.mocks.consumers.postgres.front import Front
from harness.mocks.consumers.postgres.gate import Action, Open, Passing


class Mistaken(Open):
    """A gate that does not work."""

    async def passes(self, passing: Passing) -> Action:
        raise KeyError(passing.point)


async def _connected(told: list[Exception]) -> None:
    front = Front(Path("nowhere"), Mistaken(), mistaken=told.append)
    port = await front.listen("127.0.0.1", 0)
    try:
        with pytest.raises(psycopg.OperationalError, match="closed the connection"):
            await asyncio.to_thread(psycopg.connect, host="127.0.0.1", port=port, user="planner")
    finally:
        await front.close()


def test_what_nobody_expects_is_told() -> None:
    told: list[Exception] = []
    asyncio.run(_connected(told))
    assert [repr(one) for one in told] == ["KeyError('connect')"]
