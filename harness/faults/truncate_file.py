"""A file arrives shorter than it was written."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo
from pydantic.dataclasses import dataclass

from harness.faults.fault import STRICT, Fault, System, fault
from harness.strict import show

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_BYTES = re.compile(r"(\d[\d_]*)\s*bytes?")


def _part(text: object, info: ValidationInfo) -> Fraction | int:
    """``"50%"`` is a fraction of the file, ``"1234 bytes"`` a count; nothing else, so that nobody guesses a unit."""
    if isinstance(text, Fraction) and 0 <= text < 1:
        return text
    if isinstance(text, str) and (percent := _PERCENT.fullmatch(text.strip())) and float(percent[1]) < 100:
        return Fraction(percent[1]) / 100
    if isinstance(text, str) and (count := _BYTES.fullmatch(text.strip())):
        return int(count[1])
    raise ValueError(f'found {show(text)} as {info.field_name}, expected "50%" (below 100) or "1234 bytes"')


def byte_count(text: object, info: ValidationInfo) -> int:
    """``"1234 bytes"``, with its unit."""
    if isinstance(text, int) and not isinstance(text, bool) and text == 0:
        return 0
    if isinstance(text, str) and (count := _BYTES.fullmatch(text.strip())):
        return int(count[1])
    raise ValueError(f'found {show(text)} as {info.field_name}, expected a number of bytes such as "1234 bytes"')


def _written(keep: Fraction | int) -> str:
    if keep == 1:
        return "1 byte"
    return f"{keep} bytes" if isinstance(keep, int) else f"{float(keep * 100):g}%"


Keep = Annotated[Fraction | int, BeforeValidator(_part, json_schema_input_type=str), PlainSerializer(_written)]


@fault("truncate_file")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class TruncateFile(Fault):
    """Serve only the first part of a file, as a dropped transfer or an early export would.

    where: at exactly that byte, inside a record, or on a record boundary; the last is the nastiest, because every line
    that arrived is whole and only the missing trailer tells. length: what the response says of the body:
    consistent (the short length: the client cannot know), declared (the whole length, then the connection ends: clients
    notice), missing (the end of the connection is the end of the file: clients take it for whole). manifest:
    of the true_one, or follows the short file, so that size and checksum agree with the damage.

    Stands for: an export that was cut off, a proxy that closes early, a disk quota on the sender's side.
    Detectable by: size, checksum, trailer record, control total; with ``manifest: follows`` by the last two only.
    A sound chain: refuses the file, retrieves it again, loads it once.
    """

    file: str
    keep: Keep
    where: Literal["exact", "inside_record", "record_boundary"] = "exact"
    length: Literal["consistent", "declared", "missing"] = "consistent"
    manifest: Literal["true_one", "follows"] = "true_one"

    named_by: ClassVar[tuple[str, ...]] = (
        "truncat",
        "short",
        "incomplete",
        "partial",
        "trailer",
        "checksum",
        "control total",
        "cut off",
    )
    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "trailer record", "control total")

    @property
    def spared(self) -> str:
        """A cut behind the end of the file cuts nothing off."""
        kept = f"{self.keep:,} bytes" if isinstance(self.keep, int) else "what is kept of it"
        return f"the file is not longer than {kept}"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's answers for the file."""
        cut = {"fraction": float(self.keep)} if isinstance(self.keep, Fraction) else {"bytes": self.keep}
        effect: dict[str, Any] = {
            "cut": cut | {"where": self.where},
            "length": self.length,
            "manifest": "follows" if self.manifest == "follows" else "true",
        }
        return system.armed(
            self, component="source", point="serve", where={"file": self.file, "what": "file"}, effect=effect
        )
