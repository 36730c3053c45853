"""A trailer states other totals than its file has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("wrong_totals")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class WrongTotals(ContentFault):
    """Let the trailer's record count or control total be ``by`` off; one, by default, because that is a real mistake's
    size: the header counted as a record, a rounding.

    The records are right, so it shows whether the chain reads its controls or only looks whether they are there.

    Stands for: a sender that counts its header; a total that was taken before the last record was written.
    Detectable by: trailer record, or control total; with ``manifest: true_one`` by the checksum.
    A sound chain: refuses a file that contradicts itself, and asks its sender which of the two is wrong.
    """

    of: damages.Total = "control_total"
    by: int = Field(default=1, strict=True)
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum", "trailer record", "control total")

    @property
    def why_no_effect(self) -> str:
        """It needs a trailer that states that total."""
        return f"the file has no trailer with a {self.of.replace('_', ' ')}"

    def noticed_by(self) -> tuple[str, ...]:
        """The count is the trailer record's, the sum the control total's."""
        return ("checksum", "trailer record" if self.of == "record_count" else "control total")

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Which total, and how far off."""
        return damages.WrongTotals(of=self.of, by=self.by)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """By nothing is not wrong."""
        yield from super().mistakes(chain)
        if self.by == 0:
            yield "by", "found by: 0, expected another number: totals that are right are no fault"
