"""The end of a file is NUL bytes, and its length is right."""

from __future__ import annotations

from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.part_of_file import Keep, part_of


@fault("nul_tail")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class NulTail(ContentFault):
    """Keep the first part of a file and fill the rest with NUL bytes, so that its size is right to the byte.

    Stands for: a sender's host that crashed after the file system had reserved the space and before the data was
    written; a sparse copy.
    Acts on: any file.
    Detectable by: checksum, trailer record, control total, schema. Not by the size, which is why it is here.
    A sound chain: refuses the file, retrieves it again, loads it once.
    """

    keep: Keep

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum", "trailer record", "control total", "schema")

    @property
    def why_no_effect(self) -> str:
        """Nothing is left to fill behind the end."""
        return "all of the file was to be kept"

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """How much of it is kept."""
        return damages.Nuls(**part_of(self.keep))
