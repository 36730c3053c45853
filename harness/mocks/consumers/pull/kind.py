"""The consumers of a night that fetch a file at their time."""

from __future__ import annotations

import asyncio
from typing import Any, BinaryIO

from harness.contract.consumers import PlannedPull
from harness.contract.plan import Plan
from harness.mocks.consumers.taking import Taking
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.until import at_rest, until


class Pull:
    """A `Kind` of consumers: each looks once, when all else waits that has something to do in that moment."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._takings: list[Taking] = []
        self._timers: list[asyncio.Task[None]] = []

    async def reset(self, plan: Plan) -> None:
        """Set the clocks of the plan's consumers."""
        for timer in self._timers:
            timer.cancel()
        for taking in self._takings:
            taking.close()
        consumers = {name: one for name, one in sorted(plan.consumers.items()) if isinstance(one, PlannedPull)}
        self._takings = [Taking(self._mock, plan, name, consumer) for name, consumer in consumers.items()]
        self._timers = [
            self._mock.loop.create_task(self._fetch(taking, consumer.at_ns))
            for taking, consumer in zip(self._takings, consumers.values(), strict=True)
        ]

    async def settle(self, file: BinaryIO) -> None:
        """Tell what each of them holds."""
        for taking in self._takings:
            taking.tell(file)

    def release(self, order: Armed[Any]) -> None:
        """No order keeps anything back here."""

    def state(self) -> dict[str, Any]:
        """Rows of each."""
        return {taking.name: taking.state() for taking in self._takings}

    async def _fetch(self, taking: Taking, at_ns: int) -> None:
        try:
            await until(at_ns)
            await at_rest()
            taking.take()
        except Exception as error:
            self._mock.bug("fetching a file", error)
