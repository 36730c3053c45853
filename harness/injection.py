"""What a fault may touch of a running night: `harness.faults.System`, over a stack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from harness.chain import Chain
from harness.faults import Fault
from harness.faults.silence import why_silent
from harness.planning import NightTimes, Planner
from harness.stack import Stack
from harness.units import ClockTime


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
    def armed(
        self, fault: Fault, *, component: str, point: str, where: Mapping[str, str], effect: Mapping[str, Any]
    ) -> Iterator[None]:
        """Hold the order in the mock, and its event in whoever will see that, until the context is left."""
        trigger = fault.trigger(self.times.at, seed=f"{self.seed}/{component}")
        order = {"id": self.id, "fault": fault.name, "point": point, "where": dict(where), "effect": dict(effect)}
        with ExitStack() as disarm:
            self.stack.arm(component, order | {"trigger": trigger})
            disarm.callback(self._disarm, fault, component, point, where)
            if fault.on is not None:
                observer = "consumers" if fault.on.component in self.chain.consumers else fault.on.component
                self.stack.arm(observer, {"id": self.id, "relay": component, "on": trigger["on"]})
                if observer != component:
                    disarm.callback(self.stack.disarm, observer, self.id)
            yield

    def _disarm(self, fault: Fault, component: str, point: str, where: Mapping[str, str]) -> None:
        counts = self.stack.disarm(component, self.id)
        if not counts["acts"]:
            why = why_silent(fault, point, where, counts)
            told = {name: counts[name] for name in ("passed", "awake", "fired")}
            self.write("unfired", {"id": self.id} | told | {"why": why})

    def content(self, file: str, *, days_before: int = 0, seed: int | None = None) -> Mapping[str, Any]:
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
