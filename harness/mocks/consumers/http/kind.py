"""The consumers of a night that take batches over HTTP: each has a ledger, and all are behind one front end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from harness.contract.consumers import PlannedHttp
from harness.contract.plan import Plan
from harness.mocks.consumers.http.front_end import HttpFrontEnd
from harness.mocks.consumers.ledgers import Ledgers
from harness.mocks.consumers.own.kind import Own
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed


class Http:
    """A `Kind` of consumers."""

    def __init__(self, mock: Mock) -> None:
        self._ledgers = Ledgers(mock)
        self._front_end = HttpFrontEnd(mock, self._ledgers)

    async def listen(self, own: Sequence[Own]) -> dict[str, int]:
        """The endpoint at which all of them are, in every night: who asks for none that there is must be told so."""
        return {"consumers": await self._front_end.listen(own)}

    async def reset(self, plan: Plan) -> None:
        """Begin with those of the plan, each holding nothing."""
        self._front_end.gate.release()
        self._ledgers.begin(plan, "http")
        consumers = {name: one for name, one in plan.consumers.items() if isinstance(one, PlannedHttp)}
        self._front_end.begin(consumers)

    async def settle(self, file: BinaryIO) -> None:
        """Tell what each of them holds, batch by batch."""
        self._ledgers.tell(file)

    def release(self, order: Armed[Any]) -> None:
        """Let go of the requests that a fault has kept back."""
        self._front_end.gate.release(order)

    def state(self) -> dict[str, Any]:
        """Rows and batches of each."""
        return self._ledgers.state()
