"""A file's lines end otherwise than was agreed."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("wrong_line_ends")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class WrongLineEnds(ContentFault):
    """End every line with CR LF or with CR alone, or leave only the last line's end out (``none_last``).

    Many readers accept it, and then nothing has to react. Those that do find a CR in their last column, or one line
    in the whole file, or lose the last line.

    Stands for: a transfer in text mode; an export that was moved to Windows; an editor.
    Acts on: files of lines.
    Detectable by: schema; with ``manifest: true_one`` by checksum and (not for CR) by size.
    A sound chain: takes any line end, or refuses the file; it does not read the CR as data.
    """

    ends: Literal["crlf", "cr", "none_last"] = "crlf"
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "schema")

    @property
    def why_no_effect(self) -> str:
        """They may be so already."""
        return "the file's lines end so already, or it has none"

    def noticed_by(self) -> tuple[str, ...]:
        """A CR is as long as an LF."""
        return tuple(control for control in self.detectable_by if control != "size" or self.ends != "cr")

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """How lines end."""
        return damages.LineEnds(ends=self.ends)
