"""Orders that were taken out while the night goes on: what is done then would not have been done under the fault.

Faults without an end of their own are taken out at the deadline, so that a night can drain. In a real night they would
have gone on. So each time that such an order would have acted once more, and wherever it had kept something back until
then, the event `freed` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from harness.contract.points import Point
from harness.history import Recorder
from harness.mocks.core.order import Armed

TOLD = 20
"""So often it is said of one order: a client that polls until the morning needs no thousand events."""


class EndedOrders:
    """The orders of one mock that are not armed any more."""

    def __init__(self, recorder: Recorder, clock: Callable[[], int]) -> None:
        self._recorder = recorder
        self._clock = clock
        self._orders: dict[str, Armed[Any]] = {}
        self._told: Counter[str] = Counter()

    def keep(self, order: Armed[Any]) -> None:
        """It was taken out just now."""
        self._orders[order.id] = order

    def forget(self, id: str) -> None:  # noqa: A002 - the order's field is called id
        """It is armed again."""
        self._orders.pop(id, None)

    def clear(self) -> None:
        """Forget all of them."""
        self._orders.clear()
        self._told.clear()

    def at_point(self, point: Point[Any], **where: str) -> list[Armed[Any]]:
        """Those that have acted and were about this point and this one."""
        return [order for order in self._orders.copy().values() if order.acts and order.concerns(point, where)]

    def meet(self, point: Point[Any], applies: Callable[[Armed[Any]], bool] = lambda _: True, /, **where: str) -> None:
        """The point is passed: say of which of them it would not have been passed unharmed."""
        for order in self.at_point(point, **where):
            now_ns = self._clock()
            if order.awake(now_ns) and order.resolve(where, now_ns, order.wakes + 1) and applies(order):
                order.calls += 1
                if order.agrees(order.calls):
                    self._tell(order, where, {})

    def let_go(self, order: Armed[Any], held: int, **where: str) -> None:
        """It had kept back so many connections, answers or writes, which go on from now on or are given up."""
        if held:
            self._tell(order, where, {"held": held})

    def _tell(self, armed: Armed[Any], where: Mapping[str, str], more: Mapping[str, int]) -> None:
        self._told[armed.id] += 1
        if self._told[armed.id] <= TOLD:
            told = {"id": armed.id, "fault": armed.order.fault, "point": armed.order.point.name}
            self._recorder.record("info", "freed", {**told, "where": dict(where), **more})
