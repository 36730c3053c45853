"""A file's numbers have a decimal comma."""

from __future__ import annotations

from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("decimal_comma")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DecimalComma(ContentFault):
    """Write every decimal with a comma for its point; where a file has only whole numbers, write them with ``,00``.

    Quoted where the comma is the delimiter, as exports do. What the trailer states of the file keeps its point.

    Stands for: an export whose locale has changed. Readers that drop what they do not know make 12,50 into 1250.
    Acts on: files of records with a column of numbers whose point is written.
    Detectable by: schema, control total; with ``manifest: true_one`` by checksum, and by size where digits were added.
    A sound chain: refuses a number that is not written as agreed, and guesses nothing.
    """

    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum", "schema", "control total")

    @property
    def why_no_effect(self) -> str:
        """It needs numbers."""
        return "the file has no numbers"

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Nothing to choose."""
        return damages.DecimalComma()
