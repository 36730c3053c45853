"""When files arrive: each at its time, once and whole, unless a fault at the point ``arrive`` has it otherwise."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from harness.contract.effects.source import Delivery
from harness.contract.points import ARRIVE
from harness.mocks.core.armed import Armed, Armory
from harness.mocks.core.control import until
from harness.mocks.source.arrival import delivery
from harness.mocks.source.files.source_file import Entry, Held, entries_of


class Shelf(Protocol):
    """Where what has arrived can be seen."""

    def put(self, entry: Entry) -> None:
        """It is there from now on, in the place of what had its name."""

    def rename(self, held: Held, to: str) -> bool:
        """Give a file, with all that is beside it, another name; False when it is not there."""


class Arrivals:
    """What is still to come, in the order in which it will, and the faults that have their hand in it."""

    def __init__(self, armory: Armory, shelf: Shelf) -> None:
        self._armory, self._shelf = armory, shelf
        self._steps: list[tuple[int, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._waiting: list[Held] = []
        self._came: list[Held] = []
        self._ranks: dict[str, int] = {}
        self._timer: asyncio.Task[None] | None = None

    def expect(self, files: Iterable[Held]) -> None:
        """Begin a night with these files; what is due already arrives at once."""
        self._steps.clear()
        self._came.clear()
        self._waiting = sorted(files, key=lambda held: (held.arrives_ns, held.name))
        names: dict[str, list[str]] = {}
        for held in self._waiting:
            names.setdefault(held.file, []).append(held.name)
            self._at(held.arrives_ns, partial(self._due, held))
        self._ranks = {name: later for of in names.values() for later, name in enumerate(reversed(of))}
        self.catch_up()
        self._wait_anew()

    @property
    def waiting(self) -> list[Held]:
        """What has not come yet, although the plan says that it will."""
        return list(self._waiting)

    def catch_up(self) -> None:
        """Let happen whatever is due: a request and the timer may come to the same moment, and one of them is first."""
        while self._steps and self._steps[0][0] <= time.time_ns():
            _, _, step = heapq.heappop(self._steps)
            step()

    def armed(self, order: Armed[Delivery]) -> None:
        """Schedule what an order does before a file is due."""
        for held in self.waiting:
            at_ns = delivery.early_ns(order, held)
            if at_ns is not None and order.concerns(ARRIVE, _where(held)):
                self._at(at_ns, partial(self._early, order, held, at_ns))
        self._wait_anew()

    def fired(self, order: Armed[Any]) -> None:
        """The event of an order has come: what it does to files that are there, it does so long from now."""
        if order.point is ARRIVE and order.effect.after_ns is not None:
            for held in list(self._came):
                self._plan_later(order, held, time.time_ns())
            self.catch_up()
            self._wait_anew()

    # ---- the plan's own deliveries ---------------------------------------------------------------------------

    def _due(self, held: Held) -> None:
        if held not in self._waiting:
            return  # it came early
        self._waiting.remove(held)
        rank = self._ranks[held.name]
        orders = self._armory.act(ARRIVE, lambda order: delivery.departs(order, held, rank), **_where(held))
        at_ns = delivery.arrival_ns(orders, held, rank)
        if at_ns is None:
            return
        if at_ns > held.arrives_ns:
            self._at(at_ns, partial(self._come, held, orders, at_ns))
        else:
            self._come(held, orders, at_ns)

    def _early(self, order: Armed[Delivery], held: Held, at_ns: int) -> None:
        if held in self._waiting and self._acts(order, held):
            self._waiting.remove(held)
            self._come(held, [order], at_ns)

    def _come(self, held: Held, orders: list[Armed[Delivery]], at_ns: int) -> None:
        """Let a file come with all its parts, each at its own time, and then again or elsewhere where orders say so."""
        for order in orders:
            held = delivery.delivered(held, order.effect, at_ns)
        held = replace(held, arrives_ns=at_ns)
        late = {what: ns for order in orders for what, ns in (order.effect.parts or {}).items()}
        for entry in entries_of(held):
            after_ns = late.get(entry.what, 0)
            if after_ns is not None:
                self._part(entry, at_ns + after_ns)
        self._came.append(held)
        for order in self._armory.waiting(ARRIVE, **_where(held)):
            if order.effect.after_ns is not None and order.trigger.on is None:
                self._plan_later(order, held, at_ns)

    def _part(self, entry: Entry, at_ns: int) -> None:
        part = replace(entry, held=replace(entry.held, arrives_ns=at_ns))
        if at_ns > entry.held.arrives_ns:
            self._at(at_ns, partial(self._shelf.put, part))
        else:
            self._shelf.put(part)

    # ---- what comes after a delivery -------------------------------------------------------------------------

    def _plan_later(self, order: Armed[Delivery], held: Held, from_ns: int) -> None:
        if order.concerns(ARRIVE, _where(held)):
            at_ns = from_ns + (order.effect.after_ns or 0)
            self._at(at_ns, partial(self._later, order, held, at_ns))

    def _later(self, order: Armed[Delivery], held: Held, at_ns: int) -> None:
        if not self._acts(order, held):
            return
        if order.effect.again is not None:
            for entry in entries_of(delivery.delivered(held, order.effect, at_ns)):
                self._shelf.put(entry)
            return
        if (rename := order.effect.rename) is None:
            return
        name = delivery.named(rename.to, held.name)
        if self._shelf.rename(held, name) and rename.back_ns is not None:
            renamed = replace(held, name=name)
            self._at(at_ns + rename.back_ns, partial(self._shelf.rename, renamed, held.name))

    # ---- time ------------------------------------------------------------------------------------------------

    def _acts(self, order: Armed[Delivery], held: Held) -> bool:
        """Whether this order acts on the file now; its receipt is written then."""
        return order in self._armory.act(ARRIVE, lambda one: one is order, **_where(held))

    def _at(self, at_ns: int, step: Callable[[], object]) -> None:
        heapq.heappush(self._steps, (at_ns, next(self._numbers), step))

    def _wait_anew(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while self._steps:
            await until(self._steps[0][0])
            self.catch_up()


def _where(held: Held) -> dict[str, str]:
    return {"file": held.file, "name": held.name}
