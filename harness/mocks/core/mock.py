"""What every mock is: a neighbour of the chain, in the life that the harness leads it through."""

from __future__ import annotations

import argparse
import asyncio
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from harness.contract.events.receipts import USERS_CODE
from harness.contract.orders import Order, Relay
from harness.contract.plan import Plan
from harness.contract.points import Point
from harness.mocks.core import relay
from harness.mocks.core.armed import Armory, Json
from harness.mocks.core.callers import Callers
from harness.mocks.core.exhaustion import end_if_exhausted
from harness.mocks.core.extensions import UsersCodeError
from harness.mocks.core.order import Armed
from harness.mocks.core.service_time import ServiceTime
from harness.mocks.core.texts import LONGEST_TEXT, BoundedRecorder


class Mock:
    """A neighbour of the chain, in the life that the control interface leads it through.

    `serve` once, then for each night `reset` (with the plan), orders armed and disarmed, and `settle`. All of them run
    in the event loop of the main thread, and an exception in one is the answer to the control call that asked for it.
    Elsewhere (in a timer, in a data-side handler) it is recorded as a ``bug``, which the harness raises on.
    """

    component: ClassVar[str]
    points: ClassVar[tuple[Point[Any], ...]] = ()
    """Where this mock asks its armory; an order for any other point is refused."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.dir: Path = options.dir
        self.host: str = options.host
        self.port: int = options.port
        self.recorder = BoundedRecorder(self.dir / "history" / f"{self.component}.jsonl", self.component)
        self.armory = Armory(self.recorder, fired=self._fired, relay=self._relay)
        self.service_time = ServiceTime(self.component)
        self.endpoints: dict[str, int] = {}
        self.jobs: tuple[str, ...] = ()
        """The jobs of the night."""
        self.relaying = threading.Event()
        self.broken: dict[str, str] | None = None
        """What is wrong with users' code inside this mock, for who asks for its health; nothing is played then."""
        self.loop: asyncio.AbstractEventLoop

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """Add what this mock takes on its command line."""

    async def serve(self) -> dict[str, int]:
        """Start the data side; the port of each endpoint."""
        return {}

    async def reset(self, plan: Plan) -> None:
        """Begin a night: forget the last one, take what is needed of the plan. Orders and events are gone already."""

    async def settle(self) -> None:
        """End the night: write what is only known now."""

    async def armed(self, order: Armed[Any]) -> None:
        """Get ready for an order that may have to act before its point is passed."""

    async def fired(self, order: Armed[Any]) -> None:
        """Act on an order whose event came; the mock that recorded that event goes on only after this returns."""

    async def disarmed(self, order: Armed[Any]) -> None:
        """Release what the order still keeps back."""

    def check(self, order: Order) -> None:
        """Refuse an order that the contract allows and this mock could never act on; ValueError says why."""

    def calls(self) -> Mapping[str, Callable[[Json], Awaitable[None]]]:
        """Further control calls: ``POST /<name>``."""
        return {}

    def state(self) -> Json:
        """What ``GET /state`` shows people."""
        return {}

    def callers(self, port: int) -> Callers:
        """The jobs that connect to a port of this mock."""
        return Callers(self.dir, port, lambda: self.jobs)

    def bug(self, where: str, error: BaseException) -> None:
        """Record an unexpected exception; end where it says that the machine has run out of something."""
        end_if_exhausted(error)
        if isinstance(error, UsersCodeError):
            self.recorder.record("fail", "bug", {"where": USERS_CODE}, error=str(error))
            return
        text = "".join(traceback.format_exception(error)).replace(str(self.dir), "DIR")
        # The last lines of a traceback say what it was.
        self.recorder.record("fail", "bug", {"where": where}, error=text[-LONGEST_TEXT:])

    def _fired(self, order: Armed[Any]) -> None:
        self.loop.call_soon_threadsafe(lambda: self.loop.create_task(self.fired(order)))

    def _relay(self, relayed: Relay) -> None:
        # A mock that fires an order of this one meanwhile does not wait for it: two mocks that fire each other's orders
        # in the same moment would wait for ever.
        self.relaying.set()
        try:
            relay.fire(self.dir / "control", relayed.relay, relayed.id)
        finally:
            self.relaying.clear()
