"""The file source as a program."""

from __future__ import annotations

import argparse
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock, run
from harness.mocks.source import damage, delivery, gate
from harness.mocks.source.gate import Gate
from harness.mocks.source.http import HttpFrontEnd
from harness.mocks.source.store import Store


class Source(Mock):
    """The file source: files that arrive at their time, behind one front end for each protocol."""

    component = "source"
    points = frozenset({"arrive", "look", "serve", "request"})

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """A port for each front end beside HTTP, which has ``--port``."""

    async def serve(self) -> dict[str, int]:
        """Start every front end."""
        self._store = Store(self)
        gate_ = Gate(self)
        return {"source": await HttpFrontEnd(self, self._store, gate_).listen(self.port)}

    async def reset(self, plan: dict[str, Any]) -> None:
        """Take the plan's files; what has arrived already is published at once."""
        self._store.reset(plan)

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
