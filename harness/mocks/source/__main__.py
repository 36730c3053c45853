"""The file source as a program."""

from __future__ import annotations

import argparse
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock, run
from harness.mocks.source import damage, delivery, gate
from harness.mocks.source.gate import Gate
from harness.mocks.source.http import HttpFrontEnd
from harness.mocks.source.s3.front import S3FrontEnd
from harness.mocks.source.store import Store


class Source(Mock):
    """The file source: files that arrive at their time, behind one front end for each protocol."""

    component = "source"
    points = frozenset({"arrive", "look", "serve", "request"})

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """A port for each front end beside HTTP, which has ``--port``."""
        parser.add_argument("--s3-port", type=int, default=0, help="the port of the S3 front end (0: any)")

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._s3_port: int = options.s3_port

    async def serve(self) -> dict[str, int]:
        """Start every front end."""
        self._store = Store(self)
        gate_ = Gate(self)
        self._http = HttpFrontEnd(self, self._store, gate_)
        self._s3 = S3FrontEnd(self, self._store, gate_)
        return {"source": await self._http.listen(self.port), "s3": await self._s3.listen(self._s3_port)}

    async def reset(self, plan: dict[str, Any]) -> None:
        """Take the plan's files; what has arrived already is published at once."""
        self._store.reset(plan)
        self._http.reset(plan.get("takes", []))
        self._s3.reset()

    async def armed(self, order: Order) -> None:
        """A file may have to come before its time."""
        if order.point == "arrive":
            self._store.arrivals.armed(order)

    async def fired(self, order: Order) -> None:
        """A file may have to come again, or to lose its name, at an event."""
        self._store.arrivals.fired(order)

    def check(self, order: Order) -> None:
        """A source can deliver in another way, damage a file, let it grow, or refuse a request."""
        if order.point == "request":
            gate.check(order.effect)
        elif order.point == "arrive":
            delivery.check(order.effect)
        elif order.point == "look":
            if order.effect != {"hide": True}:
                raise ValueError(f"look: found {order.effect}, expected hide=True")
        else:
            damage.check(order.effect)

    def state(self) -> dict[str, Any]:
        """What is there."""
        return self._store.state()


if __name__ == "__main__":
    run(Source)
