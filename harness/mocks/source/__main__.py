"""The file source as a program."""

from __future__ import annotations

import argparse
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock, run
from harness.mocks.source import damage, delivery, gate, pace
from harness.mocks.source.front_end import FrontEnd
from harness.mocks.source.gate import Gate
from harness.mocks.source.http import HttpFrontEnd
from harness.mocks.source.pace import Pace
from harness.mocks.source.s3.front import S3FrontEnd
from harness.mocks.source.sftp.front_end import SftpFrontEnd
from harness.mocks.source.snowflake.front import SnowflakeFrontEnd
from harness.mocks.source.store import Store


class Source(Mock):
    """The file source: files that arrive at their time, behind one front end for each protocol."""

    component = "source"
    points = frozenset({"arrive", "look", "serve", "request", "answer"})

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """A port for each front end beside HTTP, which has ``--port``."""
        for name in ("s3", "sftp", "snowflake"):
            parser.add_argument(f"--{name}-port", type=int, default=0, help=f"the port of {name} (0: any)")

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._ports = {"source": self.port, "s3": options.s3_port, "sftp": options.sftp_port}
        self._ports["snowflake"] = options.snowflake_port

    async def serve(self) -> dict[str, int]:
        """Start every front end."""
        self._store = Store(self)
        self._pace = Pace(self)
        gate_ = Gate(self)
        self._front_ends: dict[str, FrontEnd] = {
            "source": HttpFrontEnd(self, self._store, gate_),
            "s3": S3FrontEnd(self, self._store, gate_),
            "sftp": SftpFrontEnd(self, self._store, gate_, self._pace),
            "snowflake": SnowflakeFrontEnd(self, self._store, gate_),
        }
        return {name: await front_end.listen(self._ports[name]) for name, front_end in self._front_ends.items()}

    async def reset(self, plan: dict[str, Any]) -> None:
        """Take the plan's files; what has arrived already is published at once."""
        self._pace.release()
        self._store.reset(plan)
        for front_end in self._front_ends.values():
            await front_end.reset(plan)

    async def disarmed(self, order: Order) -> None:
        """Let go of the answers that the fault has kept back."""
        self._pace.release(order)

    async def armed(self, order: Order) -> None:
        """A file may have to come before its time."""
        if order.point == "arrive":
            self._store.arrivals.armed(order)

    async def fired(self, order: Order) -> None:
        """A file may have to come again, or to lose its name, at an event."""
        self._store.arrivals.fired(order)

    def check(self, order: Order) -> None:
        """A source delivers in another way, damages a file, lets it grow, refuses a request or is slow to answer."""
        if order.point == "request":
            gate.check(order.effect, order.where)
        elif order.point == "answer":
            pace.check(order.effect, order.where)
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
