"""A file ends without its trailer record."""

from __future__ import annotations

from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("missing_trailer")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class MissingTrailer(ContentFault):
    """Leave the trailer lines out; every record is there and whole, and the manifest agrees unless it is told not to.

    It is the file's own trailer; those of batches, messages or accounts in it stay.

    It is a test of the trailer itself: nothing is lost but the proof that nothing is lost.

    Stands for: an export whose last step failed after the records were written.
    Acts on: files of lines, pieces or segments whose layout has a trailer.
    Detectable by: trailer record; with ``manifest: true_one`` by size and checksum too.
    A sound chain: refuses a file that does not say that it is complete, whatever it holds.
    """

    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "trailer record")

    @property
    def why_no_effect(self) -> str:
        """A file without a trailer has none to lose."""
        return "the file has no trailer"

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Nothing but that it is gone."""
        return damages.DropTrailer()
