"""What a fault may touch of a running night: `harness.faults.System`, over a stack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.chain.model import Chain
from harness.contract.content import Content
from harness.contract.effects.damages import Damaged
from harness.contract.orders import Order, Relay
from harness.contract.points import Point
from harness.errors import HarnessBug, StackError
from harness.faults import Fault
from harness.faults.model.place import StrikesAJob
from harness.faults.model.requests import MeetsRequests
from harness.faults.model.why_not_fired import why_not_fired
from harness.night.plan import Planner
from harness.night.times import NightTimes
from harness.stack import Stack
from harness.values.units import ClockTime

E = TypeVar("E")


@dataclass(frozen=True)
class Injection:
    """One fault of one night: ``write`` takes a note of the night's own, by action and value.

    ``seed`` decides the fault's chances, ``night_seed`` the contents of the night.
    """

    stack: Stack
    write: Callable[[str, Mapping[str, Any]], None]
    times: NightTimes
    chain: Chain
    id: str
    seed: str
    planner: Planner
    night_seed: int

    @contextmanager
    def armed(self, fault: Fault, point: Point[E], effect: E, **where: str) -> Iterator[None]:
        """Hold the order in its mock, and its event in the mock that will see it, until the context is left."""
        component = point.component
        if isinstance(fault, MeetsRequests) and fault.from_ is not None:
            where |= {"from": fault.from_}
        trigger = fault.trigger(self.times.at, seed=f"{self.seed}/{component}")
        if isinstance(fault, StrikesAJob):
            trigger = fault.trigger_in(self.chain, trigger)
        order = Order(id=self.id, fault=fault.name, point=point, where=where, effect=effect, trigger=trigger)
        with ExitStack() as disarm:
            with _told_as_theirs(effect):
                self.stack.arm(component, order)
            disarm.callback(self._disarm, fault, order)
            if trigger.on is not None:
                seen_by = trigger.on.component
                observer = "consumers" if seen_by in self.chain.consumers else seen_by
                self.stack.arm(observer, Relay(id=self.id, relay=component, on=trigger.on))
                if observer != component:
                    disarm.callback(self.stack.disarm, observer, self.id)
            yield

    def _disarm(self, fault: Fault, order: Order) -> None:
        counts = self.stack.disarm(order.point.component, self.id)
        if counts is not None and not counts.acts:
            why = why_not_fired(fault, order.point, order.where, counts)
            told = {"passed": counts.passed, "awake": counts.awake, "fired": counts.fired}
            self.write("unfired", {"id": self.id} | told | {"why": why})

    def content(self, file: str, *, days_before: int = 0, seed: int | None = None) -> Content:
        """What a file of the chain holds on another day or for another seed; the stack's store has it then."""
        day = self.times.date - dt.timedelta(days=days_before)
        return self.planner.content(self.chain, file, day, self.night_seed if seed is None else seed, self.stack)

    def at(self, time: ClockTime) -> int:
        """The moment of a time of day in this night, in UTC nanoseconds."""
        return self.times.at(time)

    def receipt(self, fault: Fault, effect: str) -> None:
        """Write a receipt into the night's own part of the history."""
        value = {"id": self.id, "fault": fault.name, "point": "night", "where": {}, "effect": effect}
        self.write("fault", value)


@contextmanager
def _told_as_theirs(effect: Any) -> Iterator[None]:
    """A mock that does not know an effect of a user has not been given the module that registers it."""
    try:
        yield
    except HarnessBug as error:
        kind = type(effect.damage if isinstance(effect, Damaged) else effect)
        if kind.__module__.startswith("harness."):
            raise
        raise StackError(
            f"{kind.__module__}.{kind.__name__}",
            found="no function inside the mocks that says what it does",
            expected="a module that the mocks import, which registers it and says that",
            todo="name that module as an entry point of the group night_harness.mocks, or in pyproject.toml under "
            "[tool.night-harness] mocks",
        ) from error
