"""A file and its manifest do not come together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.arrival import due_in_the_evening
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration, SomeTime


@fault("manifest_apart")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ManifestApart(Fault):
    """Let the manifest of a file come ``by`` so long ``before`` it, ``after`` it, or ``never``.

    The one that comes first comes when both are due. Without its manifest a file looks complete and can be checked
    against nothing; a chain that takes that for "nothing to complain about" has lost its checksum. A control file goes
    with the manifest.

    Stands for: two transfers of which one is queued, a manifest job that failed, a sender that stopped writing them.
    Detectable by: the manifest itself, which must be there and must have a file.
    A sound chain: takes a file with its manifest or not at all, and comes back for both.
    """

    file: str
    comes: Literal["before", "after", "never"]
    by: SomeTime = Duration(minutes=10)

    detectable_by: ClassVar[tuple[str, ...]] = ("manifest",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the file's arrival."""
        parts: dict[str, dict[effects.Part, int | None]] = {
            "before": {"file": self.by.ns, "flag": self.by.ns},
            "after": {"manifest": self.by.ns},
            "never": {"manifest": None},
        }
        return system.armed(self, points.ARRIVE, effects.Delivery(parts=parts[self.comes]), file=self.file)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """What is there as the night begins came together."""
        yield from super().mistakes(chain)
        yield from due_in_the_evening(self.file, chain)
