"""A file is delivered a second time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.arrival import never_apart
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration


@fault("deliver_twice")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DeliverTwice(Fault):
    """Deliver a file again, the same bytes with a new date, ``after`` its arrival, or after the event of ``on``.

    ``as`` gives the second one another name, in which ``{name}``, ``{stem}`` and ``{suffix}`` stand for the file's own:
    ``"{stem}_resend{suffix}"``. The nasty moment is after success, ``on: {component: planning, action: batch,
    type: ok}``: everything looks done, and the file is new again.

    Stands for: a sender that repeats what was not acknowledged, an operator's re-send, at-least-once delivery.
    Detectable by: a checksum, against those of the files that were taken before; a name and a date do not tell.
    A sound chain: knows what it has taken, and takes it once.
    """

    file: str
    after: Duration = Duration()
    as_: str | None = Field(default=None, alias="as", min_length=1)

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum",)

    @property
    def why_no_effect(self) -> str:
        """Only what has come can come again."""
        return "the file had not come by then"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source: it acts some time after the file has come, or at the event."""
        effect = effects.Delivery(again=effects.Again(after_ns=self.after.ns), as_=self.as_)
        return system.armed(self, points.ARRIVE, effect, file=self.file)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A second delivery in the moment of the first is none."""
        yield from super().mistakes(chain)
        yield from never_apart(self.after, self)
