"""A part of a file, as authors write it ("50%", "1234 bytes") and as the contract says it."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, TypedDict

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo

from harness.values.strict import show

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_BYTES = re.compile(r"(\d[\d_]*)\s*bytes?")


def _part(text: object, info: ValidationInfo) -> Fraction | int:
    """``"50%"`` is a fraction of the file, ``"1234 bytes"`` a count; nothing else, so that no unit is guessed."""
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


class PartOf(TypedDict, total=False):
    """A part of a file as the contract says it: one of the two."""

    bytes: int
    fraction: float


def part_of(keep: Fraction | int) -> PartOf:
    """The part that a parameter keeps."""
    return {"fraction": float(keep)} if isinstance(keep, Fraction) else {"bytes": keep}


def _written(keep: Fraction | int) -> str:
    if keep == 1:
        return "1 byte"
    return f"{keep} bytes" if isinstance(keep, int) else f"{float(keep * 100):g}%"


_Written = Annotated[str, Field(pattern=r"^\s*(\d+(\.\d+)?\s*%|\d[\d_]*\s*bytes?)\s*$")]
Keep = Annotated[Fraction | int, BeforeValidator(_part, json_schema_input_type=_Written), PlainSerializer(_written)]
