"""What every fault owes, whoever wrote it: the claims that ours are held to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Protocol

from pydantic import ValidationError

from harness.checks.model.causes.classifier import causes
from harness.content import shipped
from harness.contract.codec import write
from harness.contract.content import Content
from harness.contract.orders import Order, read_order
from harness.contract.points import Point
from harness.errors import AuthorError
from harness.faults.model.fault import FAULTS, Fault
from harness.history import History
from harness.scenario.model import build_fault, describe_fault
from harness.testing.histories import MIDNIGHT_NS
from harness.values.units import ClockTime


class RecordingSystem:
    """A system in which nothing runs: it writes down what a fault asks of it, as strictly as a mock would read it."""

    def __init__(self) -> None:
        self.armed_now: list[Fault] = []
        self.orders: list[Order] = []
        self.receipts: list[str] = []

    @contextmanager
    def armed(self, fault: Fault, point: Point[Any], effect: Any, **where: str) -> Iterator[None]:
        """Hold the fault until the context is left."""
        order = Order(id=f"0:{fault.name}", fault=fault.name, point=point, where=where, effect=effect)
        assert read_order(write(order), [point]) == order, "an order must be read back as it was written"
        self.orders.append(order)
        self.armed_now.append(fault)
        try:
            yield
        finally:
            self.armed_now.remove(fault)

    def content(self, file: str, *, days_before: int = 0, seed: int | None = None) -> Content:
        """A content that stands for any."""
        return Content(sha256="0" * 64, md5="", size=1, records=1, control_total=None, layout=None)

    def at(self, time: ClockTime) -> int:
        """As in the night of 2026-11-23, in UTC nanoseconds."""
        hours, minutes = (int(part) for part in time.split(":"))
        return MIDNIGHT_NS + (hours * 60 + minutes) * 60_000_000_000

    def receipt(self, fault: Fault, effect: str) -> None:
        """Write it down."""
        self.receipts.append(fault.name)


class PlayedNight(Protocol):
    """The ``night`` fixture, as far as a contract needs it."""

    def load(self, chain: str) -> Any:
        """A chain's file."""

    def inject(self, *faults: Fault) -> Any:
        """Faults of the night."""

    def run(self) -> Any:
        """The night's result."""


class FaultContract:
    """Subclass it with an ``example``; every method is a claim.

    example: the fault with parameters that can act on the chain. chain: the file of a chain on which it acts when
    nothing else goes wrong; the shipped reference chain, if left out.
    """

    example: ClassVar[Fault]
    chain: ClassVar[str] = ""

    def test_it_is_registered_under_its_name(self) -> None:
        """Scenario files find it."""
        assert FAULTS[self.example.name] is type(self.example)

    def test_it_acts_or_leaves_a_receipt_while_it_is_injected_and_not_after(self) -> None:
        """Leaving the context takes it out."""
        system = RecordingSystem()
        with self.example.inject(system):
            asked = bool(system.armed_now or system.receipts)  # judged outside: an injection may swallow what is raised
        assert asked, "it asked nothing of the system"
        assert not system.armed_now, "it is still armed when its context is left"

    def test_it_is_rolled_back_when_the_scenario_fails_half_way(self) -> None:
        """An exception takes it out as well, and is not swallowed."""
        system = RecordingSystem()
        reached_the_end = False
        with suppress(_HalfWayError):
            with self.example.inject(system):
                raise _HalfWayError
            reached_the_end = True
        assert not reached_the_end, "it swallowed the exception"
        assert not system.armed_now, "it is still armed after an exception"

    def test_it_survives_the_way_into_a_file_and_back(self) -> None:
        """What a scenario file says of it gives the same fault."""
        assert build_fault(describe_fault(self.example)) == self.example

    def test_it_refuses_a_parameter_that_it_does_not_have(self) -> None:
        """In a file by its key, in Python by its name."""
        name = self.example.name
        said = ""
        try:
            build_fault({name: describe_fault(self.example)[name] | {"colour": "red"}})
        except ValidationError as error:
            said = str(error)
        assert "unknown key 'colour'" in said, said or "it took a parameter called colour"
        said = ""
        try:
            type(self.example)(tims=2)  # type: ignore[call-arg]  # a mistake on purpose
        except AuthorError as error:
            said = str(error)
        assert "unknown parameter 'tims'. Did you mean 'times'?" in said, said

    def test_it_can_be_named(self) -> None:
        """A page can name it as the cause: there is a cause that it has, or words for it, in small letters."""
        words, known = self.example.named_by, set(self.example.causes or (self.example.name,)) <= set(causes())
        assert words or known, "named_by is empty, and no cause has its name: no page could name it"
        assert all(word == word.lower() for word in words)

    def test_it_leaves_a_receipt_in_a_night(self, night: PlayedNight) -> None:
        """On a real stack it acts; what came of the night is not judged here."""
        night.load(self.chain or str(shipped.fixtures() / "chains/planning_feed/chain.yaml"))
        night.inject(self.example)
        history: History = night.run().history
        whys = [event.value["why"] for event in history.of("unfired")]
        assert history.of("fault"), f"it never acted: {'; '.join(whys)}"


class _HalfWayError(Exception):
    """What goes wrong in the middle of a scenario."""
