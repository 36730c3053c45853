"""The night that the benchmarks measure: 22:00 to 06:00 on the reference chain, with a long hang and two retries.

    02:00  retrieve asks a source that accepts and never answers; it has no timeout of its own
    02:45  the scheduler ends it at its max run time, and starts it again: half a file, refused by its checksum
    02:55  the first retry: half a file again
    03:05  the second retry: the whole file; validate and publish follow
    06:00  the deadline

Six job processes, each a Python interpreter with its real HTTP client. With ``client_timeouts`` the hung request is
given up after a minute by the client itself: then every call of the night has a timeout that could fire falsely.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.contract.orders import Order
from harness.contract.plan import Plan
from harness.contract.points import Point
from harness.faults import Fault, SourceHang, TruncateFile
from harness.history import History
from harness.night.plan import Planner
from harness.stack import Stack

CHAIN = Path(__file__).parents[2] / "fixtures" / "chains" / "planning_feed" / "chain.yaml"
DATE = dt.date(2026, 3, 18)
ROWS = 5000
TIMED_OUT = ("did not answer", "no connection within", "fell silent")
"""What the jobs' own client says when a timeout of its own has fired."""


@dataclasses.dataclass(frozen=True)
class Lived:
    """A night that was lived: real seconds to the last job's end and to its deadline, and what happened."""

    finished_s: float
    wall_s: float
    jumps: int
    history: History

    @property
    def launches(self) -> list[str]:
        """The jobs as they were launched, in order."""
        return [event.value["job"] for event in self.history.of("launch", type="ok")]

    @property
    def delivered(self) -> int:
        """Rows that planning stored."""
        stored = self.history.of("batch", component="planning", type="ok")
        return sum(event.value["rows"] for event in stored)

    @property
    def timed_out(self) -> int:
        """Jobs that ended because their client's own timeout had fired."""
        errors = [event.error or "" for event in self.history.of("job", type="fail")]
        return sum(any(words in error for words in TIMED_OUT) for error in errors)


class ReferenceNight:
    """The night on one stack, to be lived as often as one likes; contents are made once, in ``store``."""

    def __init__(self, stack: Stack, store: Path, *, client_timeouts: bool = False) -> None:
        self.stack = stack
        self._planner = Planner(store)
        off = ["retry", "fallback"] + ([] if client_timeouts else ["client_timeout"])
        self.chain: Chain = load_chain(CHAIN).without(off)
        self.times = self._planner.times(self.chain, DATE)
        self.truncations = 1 if client_timeouts else 2  # the hang itself uses up a retry where the client gives up

    def plan(self) -> Plan:
        """The plan, with its contents in the stack's store."""
        return self._planner.plan(self.chain, DATE, stack=self.stack)

    def live(self) -> Lived:
        """Reset the stack, live the night to its deadline; only the night itself is timed."""
        self.stack.reset(self.plan())
        with self.injected(self.hang(), self.half_a_file()):
            began = time.perf_counter()
            self.stack.begin()
            stop = self.stack.run(self.times.deadline_ns)
            finished_s, jumps = time.perf_counter() - began, stop.jumps
            if stop.reason != "asked":
                raise RuntimeError(f"the schedule was not completed: {stop}")
            stop = self.stack.run(self.times.deadline_ns)  # connections that are idle are closed meanwhile
            jumps += stop.jumps
            if stop.reason == "stuck":  # and then nobody has anything left to wait for
                self.stack.travel(self.times.deadline_ns)
            wall_s = time.perf_counter() - began
        self.stack.settle()
        return Lived(finished_s, wall_s, jumps, self.history())

    def history(self) -> History:
        """What the stack has recorded since its reset."""
        return History.merge(self.stack.history())

    def hang(self) -> Fault:
        """The source accepts the first connection and never answers."""
        return SourceHang(phase="first_byte", times=1)

    def half_a_file(self) -> Fault:
        """The next requests for the file get half of it, and a length to match."""
        return TruncateFile(file="forecast", keep="50%", times=self.truncations)

    @contextmanager
    def injected(self, *faults: Fault) -> Iterator[None]:
        """Faults in the running stack."""
        with ExitStack() as injections:
            for number, fault in enumerate(faults):
                injections.enter_context(fault.inject(_Injection(self, f"{number}:{fault.name}")))
            yield


@dataclasses.dataclass(frozen=True)
class _Injection:
    """What a fault sees of the stack (`harness.faults.System`)."""

    night: ReferenceNight
    id: str

    @contextmanager
    def armed(self, fault: Fault, point: Point[Any], effect: Any, **where: str) -> Iterator[None]:
        trigger = fault.trigger(self.night.times.at, seed=self.id)
        order = Order(id=self.id, fault=fault.name, point=point, where=where, effect=effect, trigger=trigger)
        self.night.stack.arm(point.component, order)
        try:
            yield
        finally:
            self.night.stack.disarm(point.component, self.id)

    def receipt(self, fault: Fault, effect: str) -> None:
        raise TypeError(f"{fault.name} acts in no mock: {effect}")
