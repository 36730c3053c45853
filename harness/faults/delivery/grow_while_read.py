"""A file can be seen, and read, before its sender has finished writing it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.clients import REFUSED_TO_ALL, TAKEN_BY_ALL
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.part_of_file import Keep
from harness.faults.model.requests import MeetsRequests
from harness.values.units import SomeTime


@fault("grow_while_read")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class GrowWhileRead(MeetsRequests):
    """Show a file at its arrival with only its ``start``, and let it grow in ``steps`` equal steps, one ``every``.

    Listing and length always agree with what is there, so a client that reads it sees a whole, shorter file.

    Stands for: a sender that writes in place instead of renaming into place; an upload over a slow line.
    Detectable by: size (the manifest's, or one that is still the same at a second look), checksum, trailer record,
    control total.
    A sound chain: does not take the file before it is whole, and comes back for it.
    """

    file: str
    start: Keep
    every: SomeTime
    steps: int = Field(default=4, ge=1, strict=True)

    seen: ClassVar[Mapping[str, str]] = {**REFUSED_TO_ALL, **TAKEN_BY_ALL}
    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "trailer record", "control total")

    @property
    def controls(self) -> tuple[str, ...] | None:
        """A part of a file is a part, however it came about."""
        return self.detectable_by

    @property
    def why_no_effect(self) -> str:
        """It hides nothing of a file that has grown to its end."""
        return "the file was whole by then"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's listing and answers for the file."""
        start = self.start if isinstance(self.start, int) else float(self.start)
        effect = effects.Grow(from_=start, every_ns=self.every.ns, steps=self.steps)
        return system.armed(self, points.SERVE, effect, file=self.file, what="file")
