"""A file never comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.arrival import due_in_the_evening
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("missing_file")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class MissingFile(Fault):
    """Let a file and all that is beside it never arrive, not even when the fault is over: its sender sent none.

    Stands for: an upstream job that failed and told nobody, a feed that was moved, a holiday that nobody announced.
    Detectable by: the file's absence at the time that was agreed. Nothing in the file tells.
    A sound chain: stops waiting while there is time, plans with the last good file or with nothing, and says which.
    """

    file: str

    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_ALL
    detectable_by: ClassVar[tuple[str, ...]] = ("expected arrival",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the file's arrival."""
        return system.armed(self, points.ARRIVE, effects.Delivery(move=effects.MoveAway()), file=self.file)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """What is there as the night begins cannot stay away."""
        yield from super().mistakes(chain)
        yield from due_in_the_evening(self.file, chain)
