"""A file has other columns than were agreed, or has them in another order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("schema_drift")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class SchemaDrift(ContentFault):
    """Add a column before ``column``, drop it, rename it, or move it to the end.

    Where no column is named, it is the first that does not say of what kind a record is.

    header: follows the values, or is kept. Moved with its header is harmless to who reads by name and wrong for who
    reads by place; with the header kept it is wrong for everybody, and every line has as many values as before.

    Stands for: a new release of the sending system, without a word.
    Acts on: columns between delimiters, of a fixed width, or of JSON objects; not those of segments and XML.
    Detectable by: schema; with ``manifest: true_one`` by checksum, and by size unless a column was only moved.
    A sound chain: compares header and types with what was agreed, refuses the file, and says which column it was.
    """

    how: damages.ColumnChange = "moved"
    column: str | None = None
    header: damages.Header = "follows"
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "schema")

    @property
    def why_no_effect(self) -> str:
        """It needs the column."""
        return f"the file has no column {self.column!r}" if self.column else "the columns of the file are not known"

    def noticed_by(self) -> tuple[str, ...]:
        """A column that only moves makes nothing longer."""
        return tuple(control for control in self.detectable_by if control != "size" or self.how != "moved")

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Which column, and what becomes of it."""
        return damages.OtherColumns(how=self.how, column=self.column, header=self.header)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A name that the header keeps is not renamed."""
        yield from super().mistakes(chain)
        if self.how == "renamed" and self.header == "kept":
            yield "header", "found header: kept beside how: renamed: a name that the header keeps is not renamed"
