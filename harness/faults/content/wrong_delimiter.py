"""A file's values are separated by another character than was agreed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("wrong_delimiter")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class WrongDelimiter(ContentFault):
    """Separate the values in header, records and trailer by another character; a semicolon, by default.

    Every line is then one value to who expects a comma: a header with one column, and a trailer that is none.

    Stands for: an export whose locale has changed, as spreadsheets decide by it what separates.
    Acts on: files of lines whose values are separated by a character.
    Detectable by: schema, trailer record; with ``manifest: true_one`` by the checksum. The size is the same.
    A sound chain: refuses the file by its header, before it reads a record.
    """

    delimiter: str = Field(default=";", min_length=1, max_length=1)
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum", "schema", "trailer record")

    @property
    def why_no_effect(self) -> str:
        """It may be separated so already."""
        return f"its values are not separated by a character, or by {self.delimiter!r} already"

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Which character."""
        return damages.Delimiter(delimiter=self.delimiter)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A file of another format has no delimiter."""
        found = list(super().mistakes(chain))
        yield from found
        spec = chain.files.get(self.file)
        if not found and spec is not None and spec.content.format not in (None, "csv"):
            yield "file", f"found {self.file!r}, which is {spec.content.format}, expected a CSV file: no other has one"
