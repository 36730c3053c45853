"""A file comes before its time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain, ClockTime
from harness.chain.rules import minutes_of, outside_the_night
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("early_file")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class EarlyFile(Fault):
    """Let a file, with all that is beside it, arrive at ``arrives``, before its own time.

    Its content is whole and right. A job that starts by the clock does not notice; one that starts by the file's
    arrival starts before what it depends on is there.

    Stands for: an upstream schedule that was moved, a sender in another time zone, a re-run of last night's batch.
    Detectable by: its time of arrival against the one that was agreed; nothing in the file tells.
    A sound chain: takes it when its own turn comes, once.
    """

    file: str
    arrives: ClockTime

    detectable_by: ClassVar[tuple[str, ...]] = ("expected arrival",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the file's arrival; the source acts on it at that time, not when its point is passed."""
        return system.armed(
            self, points.ARRIVE, effects.Delivery(move=effects.MoveTo(at_ns=system.at(self.arrives))), file=self.file
        )

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A time that is not earlier, or not in the night."""
        yield from super().mistakes(chain)
        if outside := outside_the_night(self.arrives, chain.evening, chain.closes):
            yield "arrives", outside
            return
        spec = chain.files.get(self.file)
        if spec is not None and (minutes_of(self.arrives) or 0) >= (minutes_of(spec.arrives) or 0):
            yield "arrives", f'found "{self.arrives}", expected a time before {self.file!r} is due, "{spec.arrives}"'
