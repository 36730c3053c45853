"""Faults that a mock holds ready: armed orders, the triggers that let them act, and the receipts they leave."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.history import Recorder

Json = dict[str, Any]

TRIGGER_KEYS = frozenset({"at_ns", "until_ns", "for_ns", "call", "times", "chance", "seed", "on"})


@dataclass
class Order:
    """A fault that sleeps in a mock until its point is passed and its trigger agrees.

    ``fired_ns`` is when its event (trigger ``on``) was last seen. ``passed`` counts the passings of its point for its
    target, ``wakes`` those while it was awake, ``calls`` those of them with something to act on, ``acts`` those on
    which it acted.
    """

    id: str
    fault: str
    point: str
    where: Mapping[str, Any]
    effect: Json
    trigger: Mapping[str, Any]
    armed_ns: int
    fired_ns: int | None = None
    acted_ns: int | None = field(default=None, init=False)
    passed: int = field(default=0, init=False)
    wakes: int = field(default=0, init=False)
    calls: int = field(default=0, init=False)
    acts: int = field(default=0, init=False)

    @property
    def since_ns(self) -> int:
        """The first moment at which the order may act."""
        moments = (self.trigger.get("at_ns"), self.fired_ns)
        return max((moment for moment in moments if moment is not None), default=self.armed_ns)

    @property
    def counts(self) -> Json:
        """How far it came, for whoever asks why it never acted."""
        counts = {"passed": self.passed, "awake": self.wakes, "calls": self.calls, "acts": self.acts}
        return counts | {"fired": self.fired_ns is not None}

    def concerns(self, point: str, where: Mapping[str, Any]) -> bool:
        """Whether the order waits at this point for this one (what it does not name, it does not mind)."""
        return self.point == point and all(where.get(name) == wanted for name, wanted in self.where.items())

    def awake(self, now_ns: int) -> bool:
        """Whether the window of the order is open: its time and its event have come, its end has not."""
        trigger = self.trigger
        if trigger.get("on") is not None and self.fired_ns is None:
            return False
        if now_ns < trigger.get("at_ns", now_ns) or now_ns >= trigger.get("until_ns", now_ns + 1):
            return False
        if (for_ns := trigger.get("for_ns")) is None:
            return True
        timed = "at_ns" in trigger or self.fired_ns is not None
        began_ns = self.since_ns if timed else self.acted_ns
        return began_ns is None or now_ns < began_ns + for_ns

    def agrees(self, call: int) -> bool:
        """Whether the order, awake, acts on this call: the nth only, at most so often, by seeded chance."""
        trigger = self.trigger
        if call != trigger.get("call", call) or self.acts >= trigger.get("times", self.acts + 1):
            return False
        chance = trigger.get("chance")
        return chance is None or _drawn(str(trigger.get("seed", "")), call) < chance


@dataclass(frozen=True)
class Relay:
    """An order that another mock holds, and the event of this one that sets it off."""

    id: str
    target: str
    on: Mapping[str, Any]


class Armory:
    """The orders of one mock.

    Safe for threads: orders are armed and fired from the control side while the data side strikes. ``fired`` is told
    of an own order whose event came; ``relay`` calls the mock that holds another's, and returns when it has acted.
    """

    def __init__(
        self,
        recorder: Recorder,
        *,
        fired: Callable[[Order], None] = lambda _: None,
        relay: Callable[[Relay], None] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._recorder = recorder
        self._fired = fired
        self._relay = relay
        self._clock = clock
        self._lock = threading.Lock()
        self._orders: dict[str, Order] = {}
        self._relays: dict[str, Relay] = {}
        recorder.listeners.append(self.notice)

    def arm(self, order: Mapping[str, Any]) -> Order | Relay:
        """Take an order (or a relay to another mock's) as it came over the control interface; ValueError says why not.

        Arming an id again replaces the order, and its counts begin anew.
        """
        for name in ("id", "on", "relay") if "relay" in order else ("id", "fault", "point", "where", "effect"):
            if name not in order:
                raise ValueError(f"order: {name!r} is missing; found {sorted(order)}")
        if "relay" in order:
            relay = Relay(order["id"], order["relay"], order["on"])
            with self._lock:
                self._relays[relay.id] = relay
            return relay
        given: Mapping[str, Any] = order.get("trigger") or {}
        trigger = {name: value for name, value in given.items() if value is not None}
        if unknown := sorted(set(trigger) - TRIGGER_KEYS):
            raise ValueError(f"order {order['id']!r}: unknown trigger {unknown[0]!r}; known: {sorted(TRIGGER_KEYS)}")
        armed = Order(
            id=order["id"],
            fault=order["fault"],
            point=order["point"],
            where=order["where"],
            effect=order["effect"],
            trigger=trigger,
            armed_ns=self._clock(),
        )
        with self._lock:
            self._orders[armed.id] = armed
        return armed

    def disarm(self, id: str) -> Order | None:  # noqa: A002 - the order's field is called id
        """Take the order and the relay of this id out; the order, if there was one."""
        with self._lock:
            self._relays.pop(id, None)
            return self._orders.pop(id, None)

    def clear(self) -> None:
        """Forget every order."""
        with self._lock:
            self._orders.clear()
            self._relays.clear()

    def strike(self, point: str, bites: Callable[[Order], bool] = lambda _: True, /, **where: Any) -> list[Json]:
        """Pass a point: the effects of the orders that act on this call, each with its receipt written.

        An order for which ``bites`` says no has nothing to act on here; the call does not count for it.
        """
        return [order.effect for order in self.struck(point, bites, **where)]

    def struck(self, point: str, bites: Callable[[Order], bool] = lambda _: True, /, **where: Any) -> list[Order]:
        """What `strike` does, for who needs the orders themselves: since when they act, whether they are taken out."""
        acting = self._passed(point, bites, where, acts=True)
        for order in acting:
            self._tell(order, point, where)
        return acting

    def order(self, id: str) -> Order | None:  # noqa: A002 - as in `disarm`
        """An armed order by its id."""
        with self._lock:
            return self._orders.get(id)

    def chosen(self, point: str, /, **where: Any) -> list[Order]:
        """Pass a point where nobody knows yet whether an order acts: those that may, of which `acted` is told later."""
        return self._passed(point, lambda _: True, where, acts=False)

    def acted(self, order: Order, point: str, /, **where: Any) -> None:
        """A chosen order has acted after all: it counts, and leaves its receipt."""
        with self._lock:
            order.acts += 1
            order.acted_ns = order.acted_ns or self._clock()
        self._tell(order, point, where)

    def holding(self, point: str, **where: Any) -> list[Order]:
        """The orders that wait at a point for this one, awake or not; nothing is counted and no receipt is written."""
        with self._lock:
            return [order for order in self._orders.values() if order.concerns(point, where)]

    def acting(self, point: str, **where: Any) -> list[Order]:
        """The orders that would act on a call now; nothing is counted and no receipt is written."""
        with self._lock:
            now_ns = self._clock()
            return [
                order
                for order in self._orders.values()
                if order.concerns(point, where) and order.awake(now_ns) and order.agrees(order.calls + 1)
            ]

    def awake(self, point: str, **where: Any) -> list[Order]:
        """The orders that are awake for a call now, whichever of its calls they are to act on; nothing is counted."""
        with self._lock:
            now_ns = self._clock()
            return [order for order in self._orders.values() if order.concerns(point, where) and order.awake(now_ns)]

    def active(self, point: str, **where: Any) -> list[Json]:
        """The effects of `acting`."""
        return [order.effect for order in self.acting(point, **where)]

    def dump(self) -> list[dict[str, Any]]:
        """Every order and relay as JSON, for a mock that is about to begin another life."""
        with self._lock:
            return [asdict(one) for one in self._orders.values()] + [asdict(one) for one in self._relays.values()]

    def restore(self, dumped: list[dict[str, Any]]) -> None:
        """Hold what an earlier life held, with what each order has counted so far."""
        with self._lock:
            for one in dumped:
                if "target" in one:
                    self._relays[one["id"]] = Relay(**one)
                    continue
                counted = {name: one.pop(name) for name in ("acted_ns", "passed", "wakes", "calls", "acts")}
                self._orders[one["id"]] = order = Order(**one)
                for name, count in counted.items():
                    setattr(order, name, count)

    def fire(self, id: str) -> Order | None:  # noqa: A002 - the order's field is called id
        """Wake an order: the event it sleeps for has been seen. None when there is no such order."""
        with self._lock:
            order = self._orders.get(id)
            if order is not None:
                order.fired_ns = self._clock()
        return order

    def notice(self, event: Mapping[str, Any]) -> None:
        """Look at an event just recorded: wake the orders that sleep for it, here and in other mocks."""
        with self._lock:
            own = [order.id for order in self._orders.values() if _matches(order.trigger.get("on"), event)]
            others = [relay for relay in self._relays.values() if _matches(relay.on, event)]
        for id_ in own:
            if (order := self.fire(id_)) is not None:
                self._fired(order)
        for relay in others:
            if relay.id not in own and self._relay is not None:
                self._relay(relay)

    def _passed(
        self, point: str, bites: Callable[[Order], bool], where: Mapping[str, Any], *, acts: bool
    ) -> list[Order]:
        """The orders that agree to this passing of a point; whether they count it as an act is the caller's to say."""
        acting: list[Order] = []
        with self._lock:
            now_ns = self._clock()
            for order in self._orders.values():
                if not order.concerns(point, where):
                    continue
                order.passed += 1
                if not order.awake(now_ns):
                    continue
                order.wakes += 1
                if bites(order):
                    order.calls += 1
                    if order.agrees(order.calls):
                        order.acts += acts
                        order.acted_ns = order.acted_ns or (now_ns if acts else None)
                        acting.append(order)
        return acting

    def _tell(self, order: Order, point: str, where: Mapping[str, Any]) -> None:
        receipt = {"id": order.id, "fault": order.fault, "point": point, "where": where, "effect": order.effect}
        self._recorder.record("info", "fault", receipt)

    def state(self) -> list[Json]:
        """The orders with their counts, for people."""
        with self._lock:
            return [
                {"id": order.id, "point": order.point, "where": dict(order.where)} | order.counts
                for order in self._orders.values()
            ] + [{"id": relay.id, "relay": relay.target} for relay in self._relays.values()]


def _drawn(seed: str, call: int) -> float:
    """A number in [0, 1) that depends on nothing but the seed and the number of the call."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{call}".encode()).digest()[:8]) / 2**64


def _matches(on: Mapping[str, Any] | None, event: Mapping[str, Any]) -> bool:
    if on is None or any(on[name] != event[name] for name in ("component", "action")):
        return False
    return on.get("type") in (None, event["type"]) and _contains(event["value"], on.get("value") or {})


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and _contains(value[name], part) for name, part in wanted.items()
        )
    return bool(value == wanted)
