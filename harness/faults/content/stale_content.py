"""Yesterday's content comes under today's name."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("stale_content")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class StaleContent(ContentFault):
    """Serve what the file held ``days_before`` the night, whole and sound, under tonight's name.

    The manifest follows by default: the sender exported the wrong day and stated it rightly, so that every sum agrees.

    Stands for: an export whose business date was not moved on; a link that still points to the old file; a restore.
    Acts on: any file.
    Detectable by: the business date inside the file; with ``manifest: true_one`` by size and checksum.
    A sound chain: compares the dates inside with the night's, refuses the file, and tells its owner.
    """

    days_before: int = Field(default=1, ge=1, strict=True)
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "business date")

    @property
    def why_no_effect(self) -> str:
        """A file that is copied is the same each day."""
        return "the file holds the same every day"

    def damage(self, system: System) -> damages.Damage:
        """That day's content, by its checksum."""
        content = system.content(self.file, days_before=self.days_before)
        return damages.Replace(sha256=content.sha256, size=content.size, days_before=self.days_before)
