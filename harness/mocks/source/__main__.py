"""The file source as a program."""

from __future__ import annotations

import argparse
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock, run
from harness.mocks.source import damage, gate, pace
from harness.mocks.source.gate import Gate
from harness.mocks.source.http import HttpFrontEnd
from harness.mocks.source.pace import Pace
from harness.mocks.source.sftp.front_end import SftpFrontEnd
from harness.mocks.source.store import Store


class Source(Mock):
    """The file source: files that arrive at their time, behind one front end for each protocol."""

    component = "source"
    points = frozenset({"serve", "request", "answer"})

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """A port for each front end beside HTTP, which has ``--port``."""
        parser.add_argument("--sftp-port", type=int, default=0, help="the port of SFTP (0: any)")

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._sftp_port: int = options.sftp_port

    async def serve(self) -> dict[str, int]:
        """Start every front end."""
        self._store = Store(self)
        self._pace = Pace(self)
        gate_ = Gate(self)
        self._sftp = SftpFrontEnd(self, self._store, gate_, self._pace)
        return {
            "source": await HttpFrontEnd(self, self._store, gate_).listen(self.port),
            "sftp": self._sftp.bind(self._sftp_port),
        }

    async def reset(self, plan: dict[str, Any]) -> None:
        """Take the plan's files; what has arrived already is published at once."""
        self._pace.release()
        self._store.reset(plan)
        await self._sftp.reset(plan)

    async def disarmed(self, order: Order) -> None:
        """Let go of the answers that the fault has kept back."""
        self._pace.release(order)

    def check(self, order: Order) -> None:
        """A source can damage a file, let it grow, refuse a request, or be slow to answer one."""
        if order.point == "request":
            gate.check(order.effect)
        elif order.point == "answer":
            pace.check(order.effect)
        else:
            damage.check(order.effect)

    def state(self) -> dict[str, Any]:
        """What is there."""
        return self._store.state()


if __name__ == "__main__":
    run(Source)
