"""A file has nothing in it, or no records."""

from __future__ import annotations

from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("empty_file")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class EmptyFile(ContentFault):
    """Leave nothing at all of a file, or only its header, or header and a trailer that counts no records.

    A header alone is a valid file with no records, which reads like a day on which nothing happened. ``no_records`` is
    the nasty one: the trailer agrees that there are none, so that only who knows what is usual can tell.

    Stands for: an export that began before its data was there; a disk that was full; a view whose filter lost its date.
    Acts on: files of records, for a ``header`` alone those that have one; ``nothing`` is left of any file. Of a JSON or
    XML document its end is left as well, of a Parquet, ORC or Avro file the schema.
    Detectable by: volume; a header alone, or nothing, by trailer record and control total; nothing at all by schema
    too; with ``manifest: true_one`` by size, checksum and manifest.
    A sound chain: does not plan with an empty day, and asks again.
    """

    leave: damages.Left = "header"
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = (
        *("size", "checksum", "manifest"),
        *("trailer record", "control total", "schema", "volume"),
    )

    @property
    def why_no_effect(self) -> str:
        """What has no lines has no header to be left alone."""
        return "the file has no records, or its format has no lines"

    def noticed_by(self) -> tuple[str, ...]:
        """A header is as the schema says; a trailer that agrees tells nothing."""
        without = {
            "nothing": (),
            "header": ("schema",),
            "no_records": ("schema", "trailer record", "control total"),
        }[self.leave]
        return tuple(control for control in self.detectable_by if control not in without)

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """What is left."""
        return damages.Empty(leave=self.leave)
