"""When files arrive: each at its time, once and whole, unless a fault at the point ``arrive`` changes that."""

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
from harness.mocks.core.armed import Armory
from harness.mocks.core.order import Armed
from harness.mocks.core.until import until
from harness.mocks.source.arrival import delivery
from harness.mocks.source.files.source_file import ListedEntry, SourceFile, entries_of


class Destination(Protocol):
    """Where files arrive; the store is one."""

    def put(self, entry: ListedEntry) -> None:
        """Take an entry that arrives, in the place of what had its name."""

    def rename(self, source_file: SourceFile, to: str) -> bool:
        """Give a file, with all that is beside it, another name; False when it is not there."""


class Arrivals:
    """The deliveries that are still to come, in their order, and what faults make of them."""

    def __init__(self, armory: Armory, destination: Destination) -> None:
        self._armory, self._destination = armory, destination
        self._steps: list[tuple[int, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._waiting: list[SourceFile] = []
        self._came: list[SourceFile] = []
        self._ranks: dict[str, int] = {}
        self._timer: asyncio.Task[None] | None = None

    def expect(self, files: Iterable[SourceFile]) -> None:
        """Begin a night with these files; what is due already arrives at once."""
        self._steps.clear()
        self._came.clear()
        self._waiting = sorted(files, key=lambda source_file: (source_file.arrives_ns, source_file.name))
        names: dict[str, list[str]] = {}
        for source_file in self._waiting:
            names.setdefault(source_file.file, []).append(source_file.name)
            self._at(source_file.arrives_ns, partial(self._due, source_file))
        self._ranks = {name: later for of in names.values() for later, name in enumerate(reversed(of))}
        self.catch_up()
        self._wait_anew()

    @property
    def waiting(self) -> list[SourceFile]:
        """What has not come yet, although the plan says that it will."""
        return list(self._waiting)

    def catch_up(self) -> None:
        """Deliver what is due: a request and the timer may come at the same moment, and the request first."""
        while self._steps and self._steps[0][0] <= time.time_ns():
            _, _, step = heapq.heappop(self._steps)
            step()

    def armed(self, order: Armed[Delivery]) -> None:
        """Schedule what an order does before a file is due."""
        for source_file in self.waiting:
            at_ns = delivery.early_ns(order, source_file)
            if at_ns is not None and order.concerns(ARRIVE, _where(source_file)):
                self._at(at_ns, partial(self._early, order, source_file, at_ns))
        self._wait_anew()

    def fired(self, order: Armed[Any]) -> None:
        """The event of an order has come: what it does to files that are there, it does so long from now."""
        if order.point is ARRIVE and order.effect.after_ns is not None:
            for source_file in list(self._came):
                self._plan_later(order, source_file, time.time_ns())
            self.catch_up()
            self._wait_anew()

    # ---- the plan's own deliveries ---------------------------------------------------------------------------

    def _due(self, source_file: SourceFile) -> None:
        if source_file not in self._waiting:
            return  # it came early
        self._waiting.remove(source_file)
        rank = self._ranks[source_file.name]
        orders = self._armory.act(
            ARRIVE, lambda order: delivery.departs(order, source_file, rank), **_where(source_file)
        )
        at_ns = delivery.arrival_ns(orders, source_file, rank)
        if at_ns is None:
            return
        if at_ns > source_file.arrives_ns:
            self._at(at_ns, partial(self._come, source_file, orders, at_ns))
        else:
            self._come(source_file, orders, at_ns)

    def _early(self, order: Armed[Delivery], source_file: SourceFile, at_ns: int) -> None:
        if source_file in self._waiting and self._acts(order, source_file):
            self._waiting.remove(source_file)
            self._come(source_file, [order], at_ns)

    def _come(self, source_file: SourceFile, orders: list[Armed[Delivery]], at_ns: int) -> None:
        """Deliver a file with all its parts, each at its own time, and plan what orders do with it later."""
        for order in orders:
            source_file = delivery.delivered(source_file, order.effect, at_ns)
        source_file = replace(source_file, arrives_ns=at_ns)
        late = {what: ns for order in orders for what, ns in (order.effect.parts or {}).items()}
        for entry in entries_of(source_file):
            after_ns = late.get(entry.what, 0)
            if after_ns is not None:
                self._part(entry, at_ns + after_ns)
        self._came.append(source_file)
        for order in self._armory.at_point(ARRIVE, **_where(source_file)):
            if order.effect.after_ns is not None and order.trigger.on is None:
                self._plan_later(order, source_file, at_ns)

    def _part(self, entry: ListedEntry, at_ns: int) -> None:
        part = replace(entry, source_file=replace(entry.source_file, arrives_ns=at_ns))
        if at_ns > entry.source_file.arrives_ns:
            self._at(at_ns, partial(self._destination.put, part))
        else:
            self._destination.put(part)

    # ---- what comes after a delivery -------------------------------------------------------------------------

    def _plan_later(self, order: Armed[Delivery], source_file: SourceFile, from_ns: int) -> None:
        if order.concerns(ARRIVE, _where(source_file)):
            at_ns = from_ns + (order.effect.after_ns or 0)
            self._at(at_ns, partial(self._later, order, source_file, at_ns))

    def _later(self, order: Armed[Delivery], source_file: SourceFile, at_ns: int) -> None:
        if not self._acts(order, source_file):
            return
        if order.effect.again is not None:
            for entry in entries_of(delivery.delivered(source_file, order.effect, at_ns)):
                self._destination.put(entry)
            return
        if (rename := order.effect.rename) is None:
            return
        name = delivery.named(rename.to, source_file.name)
        if self._destination.rename(source_file, name) and rename.back_ns is not None:
            renamed = replace(source_file, name=name)
            self._at(at_ns + rename.back_ns, partial(self._destination.rename, renamed, source_file.name))

    # ---- time ------------------------------------------------------------------------------------------------

    def _acts(self, order: Armed[Delivery], source_file: SourceFile) -> bool:
        """Whether this order acts on the file now; its receipt is written then."""
        return order in self._armory.act(ARRIVE, lambda one: one is order, **_where(source_file))

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


def _where(source_file: SourceFile) -> dict[str, str]:
    return {"file": source_file.file, "name": source_file.name}
