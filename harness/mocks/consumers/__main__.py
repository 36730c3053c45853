"""The consumers as a program: every consumer of the chain, each with what it holds."""

from __future__ import annotations

import argparse
from typing import Any

from harness.contract.consumers import ConsumerKind
from harness.contract.orders import Order
from harness.contract.plan import Plan
from harness.contract.points import EXCHANGE, STORE, TAKE
from harness.contract.rows import ROWS
from harness.mocks.consumers import gate
from harness.mocks.consumers.doorway import Doorway
from harness.mocks.consumers.http.kind import Http
from harness.mocks.consumers.kind import Kind, Prepares, made
from harness.mocks.consumers.own.kind import Own
from harness.mocks.consumers.own.takers import TAKERS
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.program import run

NO_QUEUE = b"-ERR no consumer of this night is a queue\r\n"


class Consumers(Mock):
    """The chain's consumers; each records under its own name."""

    component = "consumers"
    points = (EXCHANGE, STORE, TAKE)

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """A port for each endpoint beside HTTP's, which has ``--port``."""
        parser.add_argument("--postgres-port", type=int, default=0, help="the port of PostgreSQL (0: any)")
        parser.add_argument("--queue-port", type=int, default=0, help="the port of the queues (0: any)")

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._postgres_port: int = options.postgres_port
        self._queue_port: int = options.queue_port

    async def serve(self) -> dict[str, int]:
        """Start what is there in every night, the endpoints: who asks for what no night has must be told so."""
        http = Http(self)
        own = {kind: Own(self, kind) for kind in TAKERS}
        self._kinds: dict[ConsumerKind, Kind] = {"http": http, **own}
        self._doorways: dict[ConsumerKind, Doorway] = {"postgres": Doorway(), "queue": Doorway(NO_QUEUE)}
        found = await http.listen([*own.values()])
        ports = {"postgres": self._postgres_port, "queue": self._queue_port}
        return found | {kind: await one.listen(self.host, ports[kind]) for kind, one in self._doorways.items()}

    async def reset(self, plan: Plan) -> None:
        """Begin with the plan's consumers, each holding nothing."""
        (self.dir / "history" / ROWS).unlink(missing_ok=True)
        for kind in sorted({consumer.kind for consumer in plan.consumers.values()} - self._kinds.keys()):
            self._kinds[kind] = one = made(kind, self)
            if kind in self._doorways:
                self._doorways[kind].opened(one)
        for one in self._kinds.values():
            await one.reset(plan)

    async def settle(self) -> None:
        """Tell what each consumer holds; all rows go into the file that is kept beside the history."""
        with (self.dir / "history" / ROWS).open("wb") as file:
            for kind in self._kinds.values():
                await kind.settle(file)

    async def armed(self, order: Armed[Any]) -> None:
        """Get ready what must be there before the night begins."""
        for kind in self._kinds.values():
            if isinstance(kind, Prepares):
                await kind.prepare(order)

    async def disarmed(self, order: Armed[Any]) -> None:
        """Let go of what the fault has kept back."""
        for kind in self._kinds.values():
            kind.release(order)

    def check(self, order: Order) -> None:
        """An order must say at which moment of an exchange it acts."""
        if order.point is EXCHANGE:
            gate.check(order)

    def state(self) -> dict[str, Any]:
        """What is there of each consumer."""
        return {"consumers": {name: told for kind in self._kinds.values() for name, told in kind.state().items()}}


if __name__ == "__main__":
    run(Consumers)
