"""A file has records twice."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("duplicate_records")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DuplicateRecords(ContentFault):
    """Put some records from the middle of a file in a second time, with what belongs to them.

    totals: kept, so that the trailer tells; or they follow, because the sender counted what it sent: then every total
    agrees with the damage. That is the nasty one, and the default.

    Stands for: a join that multiplies rows; an export that was resumed a little before where it had stopped.
    Acts on: files of records: lines, pieces of one length, segments, elements of a JSON or XML document, rows of a
    Parquet, ORC or Avro file.
    Detectable by: a unique key; with ``totals: kept`` by trailer record and control total; with ``manifest: true_one``
    by size, checksum and the manifest's count of records.
    A sound chain: does not add up a demand twice; it refuses the file, and tells its owner which keys are doubled.
    """

    records: int = Field(default=1, ge=1, strict=True)
    totals: damages.Totals = "follow"
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = (
        *("size", "checksum", "manifest"),
        *("trailer record", "control total", "unique key"),
    )

    @property
    def why_no_effect(self) -> str:
        """It needs a record."""
        return "the file has no records"

    def noticed_by(self) -> tuple[str, ...]:
        """Totals that follow the damage tell nothing."""
        without = ("trailer record", "control total") if self.totals == "follow" else ()
        return tuple(control for control in self.detectable_by if control not in without)

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """How many, and what the trailer says."""
        return damages.Repeat(records=self.records, totals=self.totals)
