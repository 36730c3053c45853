"""A file arrives shorter than it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.clients import HTTP, SFTP, TAKEN_BY_ALL
from harness.faults.model.content import COMPARED_BY_S3, ContentFault
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.part_of_file import Keep, part_of


@fault("truncate_file")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class TruncateFile(ContentFault):
    """Serve only the first part of a file, as a dropped transfer or an early export would.

    where: at exactly that byte, inside a record, inside a character of several bytes, or on a record boundary; the last
    is the nastiest, because every line that arrived is whole and only the missing trailer tells. In a compressed file
    these three are places in what it unpacks to, and it is packed again; ``inside_member`` cuts its compressed bytes,
    at whose very end only the archive's own checksum is missing: readers that stream have everything by then.

    length: what the response says of the body: consistent (the short length: the client cannot know), declared (the
    whole length, then the connection ends: clients notice), missing (the end of the connection is the end of the file:
    clients take it for whole). manifest: of the true_one, or follows the short file, so that size and checksum agree.

    Stands for: an export that was cut off, a proxy that closes early, a disk quota on the sender's side.
    Acts on: any file (exact); files of records (inside a record, on a boundary); text with characters of several bytes
    (inside one); compressed files (inside a member). A Parquet, ORC or Avro file that is cut on a boundary is a whole
    one of the first records: an export that ended early.
    Detectable by: size, checksum, the manifest's count of records, trailer record, control total; inside a record or a
    character by the schema; inside a member by the archive. With ``manifest: follows`` not by the first three.
    A sound chain: refuses the file, retrieves it again, loads it once.
    """

    keep: Keep
    where: damages.CutPlace = "exact"
    length: damages.StatedLength = "consistent"

    seen: ClassVar[Mapping[str, str]] = {
        **TAKEN_BY_ALL,
        **COMPARED_BY_S3,
        **{f"{client} (length: missing)": "accepts" for client in TAKEN_BY_ALL},
        "paramiko (length: missing)": "refuses",  # a TypeError of its own
        **{f"{client} (length: declared)": "refuses" for client in (*HTTP, "snowflake")},
        **{f"{client} (length: declared)": "accepts" for client in SFTP},
    }
    detectable_by: ClassVar[tuple[str, ...]] = (
        *("size", "checksum", "manifest"),
        *("trailer record", "control total", "schema", "archive"),
    )

    @property
    def why_no_effect(self) -> str:
        """A cut behind the end of the file cuts nothing off."""
        if self.where in ("inside_character", "inside_member"):
            needed = "a character of several bytes before that" if self.where == "inside_character" else "compression"
            return f"the file has no {needed}"
        kept = f"{self.keep:,} bytes" if isinstance(self.keep, int) else "what is kept of it"
        return f"the file is not longer than {kept}"

    @property
    def controls(self) -> tuple[str, ...] | None:
        """A client that was promised more than it got reports it by itself."""
        return None if self.length == "declared" else super().controls

    def noticed_by(self) -> tuple[str, ...]:
        """At the end of a member all records are there; only a line or a character that is broken breaks the schema."""
        if self.where == "inside_member":
            return ("size", "checksum", "archive")
        broken = self.where in ("inside_record", "inside_character")
        without = {"archive"} | (set() if broken else {"schema"})
        return tuple(control for control in self.detectable_by if control not in without)

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Where it is cut."""
        return damages.Cut(**part_of(self.keep), where=self.where)

    def stated_length(self) -> damages.StatedLength:
        """As the author says."""
        return self.length
