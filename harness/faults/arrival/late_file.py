"""A file comes later than it was promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain, ClockTime
from harness.chain.rules import minutes_of, outside_the_night
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.arrival import due_in_the_evening
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("late_file")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class LateFile(Fault):
    """Let a file, with all that is beside it, arrive at ``arrives`` instead of at its own time.

    Before that it is in no listing and under no name, as on every night before it has come. Nasty are two times: just
    after the chain has given up, and after the deadline, when the file still comes and nobody looks any more.

    Stands for: an upstream batch that overran, a transfer behind a backlog, a sender's clock change.
    Detectable by: the file's absence at the time that was agreed. Nothing in the file tells.
    A sound chain: waits for it as long as the deadline allows, then plans with what it has and says so.
    """

    file: str
    arrives: ClockTime

    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_ALL
    detectable_by: ClassVar[tuple[str, ...]] = ("expected arrival",)

    @property
    def why_no_effect(self) -> str:
        """It moves a file to a later time only."""
        return "the file was due later than that by itself"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the file's arrival."""
        return system.armed(
            self, points.ARRIVE, effects.Delivery(move=effects.MoveTo(at_ns=system.at(self.arrives))), file=self.file
        )

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A time that is not later, or not in the night, and a file that is there before any fault can act."""
        yield from super().mistakes(chain)
        if outside := outside_the_night(self.arrives, chain.evening, chain.closes):
            yield "arrives", outside
            return
        spec = chain.files.get(self.file)
        if spec is not None:
            yield from due_in_the_evening(self.file, chain)
            if (minutes_of(self.arrives) or 0) <= (minutes_of(spec.arrives) or 0):
                yield "arrives", f'found "{self.arrives}", expected a time after {self.file!r} is due, "{spec.arrives}"'
