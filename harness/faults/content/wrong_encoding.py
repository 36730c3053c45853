"""A file's text is in another encoding than was agreed."""

from __future__ import annotations

from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("wrong_encoding")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class WrongEncoding(ContentFault):
    """Write the file again as ``latin-1``, as ``utf-16``, with a byte order mark (``utf-8-sig``), or as UTF-8 twice.

    Latin-1 breaks readers that are strict and turns names into others for those that are not. The mark becomes a part
    of the first column's name. ``utf-8-twice`` is silent: valid UTF-8 whose names are wrong.

    Stands for: an export that was moved to another host; a file that somebody opened and saved again.
    Acts on: any text, out of the encoding that it is in.
    Detectable by: schema (not ``utf-8-twice``), reference data; with ``manifest: true_one`` by size and checksum.
    A sound chain: reads strictly in the agreed encoding, and refuses what does not fit.
    """

    encoding: damages.Encoding = "latin-1"
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "schema", "reference data")

    @property
    def why_no_effect(self) -> str:
        """Plain letters are the same in most encodings."""
        return f"the file is the same in {self.encoding}, or is no text"

    def noticed_by(self) -> tuple[str, ...]:
        """UTF-8 twice is as valid as once; a mark changes no name but a column's."""
        without = {"utf-8-twice": "schema", "utf-8-sig": "reference data"}.get(self.encoding)
        return tuple(control for control in self.detectable_by if control != without)

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Which encoding."""
        return damages.Encode(encoding=self.encoding)
