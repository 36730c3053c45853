"""The file source as a program."""

from __future__ import annotations

import argparse
from typing import Any

from harness.contract.effects.damages import Damaged
from harness.contract.orders import Order
from harness.contract.plan import Plan
from harness.contract.points import ANSWER, ARRIVE, LOOK, REQUEST, SERVE
from harness.contract.protocols import PROTOCOLS
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.own_effects import NoActError
from harness.mocks.core.program import run
from harness.mocks.source.damage.damage import DAMAGES
from harness.mocks.source.faults import gate, pace
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.faults.pace import Pace
from harness.mocks.source.front_end import FrontEnd
from harness.mocks.source.http.front_end import HttpFrontEnd
from harness.mocks.source.s3.front_end import S3FrontEnd
from harness.mocks.source.sftp.front_end import SftpFrontEnd
from harness.mocks.source.snowflake.front_end import SnowflakeFrontEnd
from harness.mocks.source.store.store import Store


class Source(Mock):
    """The file source: files that arrive at their time, behind one front end for each protocol."""

    component = "source"
    points = (ARRIVE, LOOK, SERVE, REQUEST, ANSWER)

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """A port for each front end beside HTTP, which has ``--port``."""
        for name in (one for one in PROTOCOLS if one != "http"):
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

    async def reset(self, plan: Plan) -> None:
        """Take the plan's files; what has arrived already is published at once."""
        self._pace.release()
        self._store.reset(plan)
        for front_end in self._front_ends.values():
            await front_end.reset(plan)

    async def settle(self) -> None:
        """Tell what clients have sent, as it is there at the end."""
        for value in self._store.kept():
            self.recorder.record("info", "keeps", value)
        for protocol, front_end in zip(PROTOCOLS, self._front_ends.values(), strict=True):
            for one in front_end.unfinished():
                if (left := self._store.unfinished(protocol, one.name, one.size)) is not None:
                    more = {} if one.parts is None else {"parts": one.parts}
                    self.recorder.record("info", "keeps", left | more)

    async def disarmed(self, order: Armed[Any]) -> None:
        """Let go of the answers that the fault has kept back."""
        self._pace.release(order)

    async def armed(self, order: Armed[Any]) -> None:
        """A file may have to come before its time."""
        if order.point is ARRIVE:
            self._store.arrivals.armed(order)

    async def fired(self, order: Armed[Any]) -> None:
        """A file may have to come again, or to lose its name, at an event."""
        self._store.arrivals.fired(order)

    def check(self, order: Order) -> None:
        """Requests and answers have limits that depend on what the order is about."""
        if isinstance(order.effect, Damaged) and type(order.effect.damage) not in DAMAGES:
            raise NoActError(type(order.effect.damage), "@damage")
        if order.point is REQUEST:
            gate.check(order)
        elif order.point is ANSWER:
            pace.check(order)
            pace.check_after(order)

    def state(self) -> dict[str, Any]:
        """What is there."""
        return self._store.state()


if __name__ == "__main__":
    run(Source)
