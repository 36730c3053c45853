"""A fault of our own: the numbers of pallets have digits that are swapped."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness import STRICT, ContentFault, System, fault
from pallets.effects import SwappedDigits as Effect


@fault("swapped_digits")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class SwappedDigits(ContentFault):
    """Swap the last two digits of every pallet's number, from a ``record`` on.

    Stands for: the week in which the scanner at gate 3 was mounted upside down.
    Detectable by: the check digit of a pallet's number; the file is as long, and reads as well, as it should.
    A sound chain: refuses the file, and says which number is wrong.
    """

    record: int = Field(default=1, ge=1, strict=True)

    named_by: ClassVar[tuple[str, ...]] = ("check digit", "digit")
    detectable_by: ClassVar[tuple[str, ...]] = ("check digit", "checksum")

    @property
    def why_no_effect(self) -> str:
        """Behind the last record there is nothing to swap."""
        return "the file has fewer records than that"

    def damage(self, system: System) -> Effect:
        """What the mocks do about it is said in `pallets.in_mocks`."""
        return Effect(record=self.record)
