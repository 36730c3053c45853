"""The consumers of a night that take what is pushed to lists and streams of a Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from harness.contract.consumers import PlannedQueue
from harness.contract.plan import Plan
from harness.mocks.consumers.gate import Gate
from harness.mocks.consumers.ledgers import Ledgers
from harness.mocks.consumers.queue.admin import Admin
from harness.mocks.consumers.queue.front import Front
from harness.mocks.consumers.queue.journal import Journal
from harness.mocks.consumers.queue.pushes import Pushes
from harness.mocks.consumers.queue.resp import ServerError
from harness.mocks.consumers.queue.server import Server
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed


class Queue:
    """A `Kind` of consumers, behind its doorway; its server starts with the first night that has one."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._ledgers = Ledgers(mock)
        self._gate = Gate(mock, "queue")
        self._front = Front(mock)
        self._server = Server(mock.dir, mock.dir / "logs" / "queue.log")
        self._connected: asyncio.Task[None] | None = None

    def client(self) -> asyncio.Protocol:
        """Serve one who connects."""
        return self._front.client()

    async def reset(self, plan: Plan) -> None:
        """Begin with those of the plan and an empty server, if it has any.

        Of a server that starts only now, clients wait until it is ready.
        """
        self._gate.release()
        await self._front.end_sessions()
        self._ledgers.begin(plan, "queue")
        consumers = {name: one for name, one in sorted(plan.consumers.items()) if isinstance(one, PlannedQueue)}
        if not consumers:
            self._front.open(self._server.socket, None)
            return
        if not self._server.running:
            await self._server.start()
            self._connected = self._mock.loop.create_task(self._connect())
        began = self._mock.loop.create_task(self._begin(consumers, plan.date))
        self._front.open(self._server.socket, began)
        if self._connected is not None and self._connected.done():
            await began

    async def settle(self, file: BinaryIO) -> None:
        """Tell what each of them holds, push by push."""
        self._ledgers.tell(file)

    def release(self, order: Armed[Any]) -> None:
        """Let go of the requests that a fault has kept back."""
        self._gate.release(order)

    def state(self) -> dict[str, Any]:
        """Rows and pushes of each."""
        return self._ledgers.state()

    async def _begin(self, consumers: Mapping[str, PlannedQueue], date: str) -> Pushes:
        assert self._connected is not None  # noqa: S101 - the server has been started
        await asyncio.shield(self._connected)
        self._server.go_on()
        await self._empty()
        self._server.rest()
        server = (self._server, self._admin, self._journal)
        return Pushes(self._mock, self._gate, server, consumers, self._ledgers, date)

    async def _connect(self) -> None:
        await self._server.ready()
        self._admin = Admin(self._server.socket, self._server.password)
        await self._admin.connect()
        self._journal = Journal(self._server.journal)

    async def _empty(self) -> None:
        """Leave nothing of the last night: no data, no client, no script."""
        await self._admin.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await self._admin.ask("FLUSHALL", "SYNC")
        await self._admin.ask("SCRIPT", "FLUSH")
        with suppress(ServerError):  # built without scripts
            await self._admin.ask("FUNCTION", "FLUSH")
        self._journal.forget()
