"""A file is superseded by a corrected one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.content import Content
from harness.contract.effects import source as effects
from harness.faults.model.arrival import due_in_the_evening, never_apart
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration

_OTHER_SEEDS = 1_000_000
"""No night is given such a seed by hand, so a correction never has the content that it corrects."""


@fault("supersede_file")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class SupersedeFile(Fault):
    """Deliver another content under a file's name, ``after`` the file has come, or after the event of ``on``.

    File, manifest and flag are sound, before and after. From then on the correction is the truth: the night is compared
    with one in which the corrected file came from the start, so that a chain which has delivered the first one, and
    leaves it at that, has delivered the wrong rows. ``version`` makes other corrections.

    Stands for: a sender that finds its own mistake, a re-export after a late booking, "please use the new file".
    Detectable by: checksum, of what was taken against what the source states now. The file in hand is perfect.
    A sound chain: looks once more before it publishes, and takes what holds then.
    """

    file: str
    after: Duration = Duration()
    version: int = Field(default=1, ge=1, strict=True)

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum",)

    @property
    def controls(self) -> tuple[str, ...] | None:
        """Nothing but having kept what was taken can tell."""
        return self.detectable_by

    @property
    def why_no_effect(self) -> str:
        """Only what has come can be corrected."""
        return "the file had not come by then"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source: it acts some time after the file has come, or at the event."""
        effect = effects.Delivery(again=effects.Again(after_ns=self.after.ns), content=self._content(system))
        return system.armed(self, points.ARRIVE, effect, file=self.file)

    def truth(self, system: System) -> AbstractContextManager[None]:
        """Let the corrected file be the one that comes, whenever the first would have."""
        untriggered = SupersedeFile(file=self.file, version=self.version)
        return system.armed(untriggered, points.ARRIVE, effects.Delivery(content=self._content(system)), file=self.file)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """What is there from the start has nothing before it, and only a factory makes another content."""
        yield from super().mistakes(chain)
        yield from never_apart(self.after, self)
        yield from due_in_the_evening(self.file, chain)
        spec = chain.files.get(self.file)
        if spec is None:
            return
        if spec.days > 1:
            yield (
                "file",
                f"{self.file!r} is {spec.days} files a night; a correction is of one: expected one with days: 1",
            )
        if spec.content.copy_of is not None:
            yield "file", f"{self.file!r} is a copied file, of which there is no other version; expected a factory's"

    def _content(self, system: System) -> Content:
        return system.content(self.file, seed=_OTHER_SEEDS + self.version)
