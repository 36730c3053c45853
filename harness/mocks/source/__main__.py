"""The file source as a program."""

from __future__ import annotations

from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock, run
from harness.mocks.source import damage
from harness.mocks.source.http import HttpFrontEnd
from harness.mocks.source.store import Store


class Source(Mock):
    """The file source: files that arrive at their time, with their manifests."""

    component = "source"
    points = frozenset({"serve"})

    async def serve(self) -> dict[str, int]:
        """Start every front end."""
        self._store = Store(self)
        return {"source": await HttpFrontEnd(self, self._store).listen()}

    async def reset(self, plan: dict[str, Any]) -> None:
        """Take the plan's files; what has arrived already is published at once."""
        self._store.reset(plan)

    def check(self, order: Order) -> None:
        """A source can cut a file, or let it grow."""
        damage.check(order.effect)

    def state(self) -> dict[str, Any]:
        """What is there."""
        return self._store.state()


if __name__ == "__main__":
    run(Source)
