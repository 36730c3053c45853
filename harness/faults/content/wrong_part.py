"""A file that was put together from parts lacks one, has it twice, or has it in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.effects import damages
from harness.faults.model.content import ContentFault
from harness.faults.model.fault import STRICT, System, fault


@fault("wrong_part")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class WrongPart(ContentFault):
    """Of ``of`` equal parts of a file, serve one not at all, twice, or after the next one: a chunk in the middle.

    Between records, by default, because then every record is whole, header and trailer are in their places, those of
    groups (batches, messages, accounts) too, and whoever only looks at both ends sees nothing. Out of order, even the
    totals agree; parts change their places within a group.

    Stands for: a multipart upload whose third part of five failed, was retried after it had arrived, or was joined by
    arrival instead of by number.
    Acts on: files of records, Parquet, ORC and Avro too; ``exact``, any file.
    Detectable by: checksum; missing or twice by size, trailer record and control total; twice by a unique key.
    A sound chain: counts and adds up what it read, refuses the file, retrieves it again.
    """

    part: int = Field(default=3, ge=1, strict=True)
    of: int = Field(default=5, ge=2, strict=True)
    how: damages.PartHow = "missing"
    where: damages.PartPlace = "record_boundary"

    detectable_by: ClassVar[tuple[str, ...]] = (
        *("size", "checksum", "manifest"),
        *("trailer record", "control total", "unique key"),
    )

    @property
    def why_no_effect(self) -> str:
        """A part may have no record in it."""
        return f"part {self.part} of {self.of} is empty"

    def noticed_by(self) -> tuple[str, ...]:
        """Out of order, only a checksum of the whole tells; a key comes twice only when a part does."""
        if self.how == "out_of_order":
            return ("checksum",)
        without = () if self.how == "doubled" else ("unique key",)
        return tuple(control for control in self.detectable_by if control not in without)

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Which part, and what is wrong with it."""
        return damages.WrongPart(part=self.part, of=self.of, how=self.how, where=self.where)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """There is no sixth part of five."""
        yield from super().mistakes(chain)
        if self.part > self.of:
            yield "part", f"found part {self.part} of {self.of}, expected at most {self.of}"
