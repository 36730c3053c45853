"""A file has other content than before under the same name."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault
from harness.faults.model.fault import STRICT, System, fault


@fault("changed_content")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ChangedContent(ContentFault):
    """Serve a new version of a file: every so-manieth record has another number, and the trailer adds them up rightly.

    With the old version's manifest (the default) it is the race between two uploads. With ``manifest: follows`` it is a
    sound file that nothing contradicts: a reader of the first one has other numbers than a reader of this one.

    Stands for: a sender that exports again and overwrites what has been read already, or half of file and manifest.
    Acts on: files of records with a column of numbers, the one that is added up if there is one; whatever they state of
    it follows.
    Detectable by: checksum, with the old manifest; without it by nothing but having kept what was read before.
    A sound chain: takes a file and a manifest that belong together, and keeps apart what differs.
    """

    every: int = Field(default=100, ge=1, strict=True)

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum",)

    @property
    def why_no_effect(self) -> str:
        """It needs numbers, and enough records."""
        return f"the file has no number in every {self.every}th record"

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """How many records are others."""
        return damages.Revise(every=self.every)
