"""One bit of a file is wrong."""

from __future__ import annotations

from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault
from harness.faults.model.fault import STRICT, System, fault


@fault("flip_bit")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class FlipBit(ContentFault):
    """Flip one bit of a record that the content's checksum chooses, the same one in each retrieval.

    where: in a text, where a letter becomes another letter, and never one that says what the record is: every line is
    whole and every total agrees, so that only a checksum tells; in a number, where a digit becomes another digit: the
    control total tells as well; or anywhere (in a compressed file, in its compressed bytes).

    Stands for: a failing memory module or disk on the way, beyond what the network's own sums catch.
    Acts on: files of records with a column of text (of lines and segments without keys, any letter will do), or of
    numbers; ``anywhere`` in any file.
    Detectable by: checksum; in a number by the control total; in a compressed file by the archive's own checksum.
    A sound chain: compares checksums, and retrieves again.
    """

    where: damages.FlipPlace = "text"

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum", "control total", "archive", "reference data")

    @property
    def why_no_effect(self) -> str:
        """It needs a letter, or a digit."""
        return f"no record of the file has a {self.where} to flip a bit of"

    def noticed_by(self) -> tuple[str, ...]:
        """A sum is of numbers, and what is known is names; anywhere may be where only the whole's checksum looks."""
        told = {"text": ("reference data",), "number": ("control total",), "anywhere": ("archive",)}
        return ("checksum", *told[self.where])

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Where the bit is."""
        return damages.Flip(where=self.where)
