"""The files of one feed come in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.arrival import due_in_the_evening
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import SomeTime


@fault("out_of_order")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class OutOfOrder(Fault):
    """Let the files of several days arrive newest first, one ``every`` so long, beginning when they are due.

    Last first, because the newest file is what a careless chain waits for: when it is there, the others are believed
    to be there too.

    Stands for: transfers side by side, a queue that is worked off from its end, a retry that overtakes.
    Detectable by: a list of the files that must be there, or a watermark that does not move past a gap.
    A sound chain: waits for every one of them, and takes none twice.
    """

    file: str
    every: SomeTime

    detectable_by: ClassVar[tuple[str, ...]] = ("list of files", "watermark")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the arrivals of the feed's files."""
        return system.armed(
            self, points.ARRIVE, effects.Delivery(reverse=effects.Reverse(every_ns=self.every.ns)), file=self.file
        )

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """One file has no order."""
        yield from super().mistakes(chain)
        yield from due_in_the_evening(self.file, chain)
        spec = chain.files.get(self.file)
        if spec is not None and spec.days == 1:
            yield "file", f"{self.file!r} is one file a night, which has no order; expected one with several days"
