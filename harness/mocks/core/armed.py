"""Faults that are armed in a mock: orders, the triggers that let them act, and the receipts they leave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from harness.contract.codec import read, write
from harness.contract.events import EventType
from harness.contract.orders import On, Order, Relay
from harness.contract.points import Point
from harness.history import Recorder
from harness.mocks.core.ended import EndedOrders
from harness.mocks.core.order import Armed

Json = dict[str, Any]
E = TypeVar("E")


class Armory:
    """The orders of one mock.

    It is safe for threads: the control side arms and fires orders while the data side passes points. ``fired`` is
    called with an own order whose event came; ``relay`` calls the mock that holds another one's order, and returns when
    that has acted.
    """

    def __init__(
        self,
        recorder: Recorder,
        *,
        fired: Callable[[Armed[Any]], None] = lambda _: None,
        relay: Callable[[Relay], None] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._recorder = recorder
        self._fired = fired
        self._relay = relay
        self._clock = clock
        self._lock = threading.Lock()
        self._orders: dict[str, Armed[Any]] = {}
        self._relays: dict[str, Relay] = {}
        self.ended = EndedOrders(recorder, clock)
        recorder.listeners.append(self.notice)

    def arm(self, order: Order | Relay) -> Armed[Any] | None:
        """Keep an order armed (or a relay to another mock's order, for which nothing is returned).

        Arming an id again replaces the order, and its counts begin anew.
        """
        if isinstance(order, Relay):
            with self._lock:
                self._relays[order.id] = order
            return None
        armed: Armed[Any] = Armed(order, armed_ns=self._clock())
        with self._lock:
            self._orders[armed.id] = armed
            self.ended.forget(armed.id)
        return armed

    def disarm(self, id: str) -> Armed[Any] | None:  # noqa: A002 - the order's field is called id
        """Take the order and the relay of this id out; the order, if there was one."""
        with self._lock:
            self._relays.pop(id, None)
            order = self._orders.pop(id, None)
            if order is not None:
                self.ended.keep(order)
            return order

    def clear(self) -> None:
        """Forget every order."""
        with self._lock:
            self._orders.clear()
            self._relays.clear()
            self.ended.clear()

    def act(
        self, point: Point[E], applies: Callable[[Armed[E]], bool] = lambda _: True, /, **where: str
    ) -> list[Armed[E]]:
        """Pass a point: the orders that act on this call, each with its receipt written.

        An order for which ``applies`` says no has nothing to act on here; the call does not count for it. It may say
        why on the order, and what of that is guessed.
        """
        acting = self._pass(point, applies, where, acts=True)
        for order in acting:
            self._tell(order, where)
        self.ended.meet(point, applies, **where)
        return acting

    def order(self, id: str) -> Armed[Any] | None:  # noqa: A002 - as in `disarm`
        """An armed order by its id."""
        with self._lock:
            return self._orders.get(id)

    def propose(self, point: Point[E], /, **where: str) -> list[Armed[E]]:
        """Pass a point where it shows only later whether an order acts: those that may, to be confirmed then."""
        self.ended.meet(point, **where)
        return self._pass(point, lambda _: True, where, acts=False)

    def confirm(self, order: Armed[Any], /, **where: str) -> None:
        """A proposed order has acted after all: it counts, and leaves its receipt."""
        with self._lock:
            order.acts += 1
            order.acted_ns = order.acted_ns or self._clock()
        self._tell(order, where)

    def at_point(self, point: Point[E], **where: str) -> list[Armed[E]]:
        """The orders at a point for this one, awake or not; nothing is counted and no receipt is written."""
        with self._lock:
            now_ns = self._clock()
            concerned = [order for order in self._orders.values() if order.concerns(point, where)]
            return [order for order in concerned if order.resolve(where, now_ns, order.wakes + 1)]

    def would_act(self, point: Point[E], **where: str) -> list[Armed[E]]:
        """The orders that would act on a call now; nothing is counted and no receipt is written."""
        with self._lock:
            now_ns = self._clock()
            waiting = [order for order in self._orders.values() if order.concerns(point, where)]
            return [order for order in waiting if order.awake(now_ns) and order.agrees(order.calls + 1)]

    def awaits(self, kind: EventType, action: str, value: Mapping[str, Any]) -> bool:
        """Whether a fault of a job's processes, which the scheduler holds, sleeps for such an event of this mock."""
        event = {"component": self._recorder.component, "type": kind, "action": action, "value": value}
        with self._lock:
            return any(relay.relay == "scheduler" and _matches(relay.on, event) for relay in self._relays.values())

    def dump(self) -> list[Json]:
        """Every order and relay as JSON, for a mock whose process is about to be replaced."""
        with self._lock:
            orders: list[Json] = [
                {"order": write(armed.order)} | {name: getattr(armed, name) for name in _KEPT}
                for armed in self._orders.values()
            ]
            return orders + [{"relay": write(relay)} for relay in self._relays.values()]

    def restore(self, dumped: list[Json]) -> None:
        """Arm again what was armed in an earlier process of the mock, with what each order has counted so far."""
        with self._lock:
            for one in dumped:
                if "relay" in one:
                    relay = read(Relay, one["relay"], "relay")
                    self._relays[relay.id] = relay
                else:
                    order = read(Order, one["order"], "order")
                    self._orders[order.id] = Armed(order, **{name: one[name] for name in _KEPT})

    def fire(self, id: str) -> Armed[Any] | None:  # noqa: A002 - the order's field is called id
        """Wake an order: the event it sleeps for has been seen. None when there is no such order."""
        with self._lock:
            order = self._orders.get(id)
            if order is not None:
                order.fired_ns = self._clock()
        return order

    def notice(self, event: Mapping[str, Any]) -> None:
        """Look at an event just recorded: wake the orders that sleep for it, here and in other mocks."""
        with self._lock:
            own = [order.id for order in self._orders.values() if _matches(order.trigger.on, event)]
            others = [relay for relay in self._relays.values() if _matches(relay.on, event)]
        for id_ in own:
            if (order := self.fire(id_)) is not None:
                self._fired(order)
        for relay in others:
            if relay.id not in own and self._relay is not None:
                self._relay(relay)

    def _pass(
        self, point: Point[E], applies: Callable[[Armed[E]], bool], where: Mapping[str, str], *, acts: bool
    ) -> list[Armed[E]]:
        """The orders that agree to this passing of a point; the caller says whether they count it as an act."""
        acting: list[Armed[E]] = []
        with self._lock:
            now_ns = self._clock()
            for order in self._orders.values():
                if not order.concerns(point, where):
                    continue
                order.passed += 1
                if not order.awake(now_ns):
                    continue
                order.wakes += 1
                if order.resolve(where, now_ns, order.wakes) and applies(order):
                    order.calls += 1
                    if order.agrees(order.calls):
                        order.acts += acts
                        order.acted_ns = order.acted_ns or (now_ns if acts else None)
                        acting.append(order)
        return acting

    def _tell(self, armed: Armed[Any], where: Mapping[str, str]) -> None:
        order = armed.order
        receipt = {"id": order.id, "fault": order.fault, "point": order.point.name, "where": where}
        guessed = {"guessed": list(armed.guessed)} if armed.guessed else {}
        self._recorder.record("info", "fault", receipt | {"effect": write(order.effect)} | guessed)

    def state(self) -> list[Json]:
        """The orders with their counts, for people."""
        with self._lock:
            orders: list[Json] = [
                {"id": armed.id, "point": armed.order.point.name, "where": dict(armed.order.where)}
                | write(armed.counts)
                for armed in self._orders.values()
            ]
            return orders + [{"id": relay.id, "relay": relay.relay} for relay in self._relays.values()]


_KEPT = ("armed_ns", "fired_ns", "acted_ns", "passed", "wakes", "calls", "acts", "why")
"""What an armed order knows beside what it was told."""


def _matches(on: On | None, event: Mapping[str, Any]) -> bool:
    if on is None or on.component != event["component"] or on.action != event["action"]:
        return False
    return on.type in (None, event["type"]) and _contains(event["value"], on.value)


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and _contains(value[name], part) for name, part in wanted.items()
        )
    return bool(value == wanted)
