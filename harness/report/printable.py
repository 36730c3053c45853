"""What users' programs say, made safe to show: a page or a name may hold anything, also what moves a terminal."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

from harness.values.units import Duration


def plain(text: str) -> str:
    """The text with its control and direction characters shown as escapes, so that one line stays one line."""
    return "".join(
        repr(mark)[1:-1] if unicodedata.category(mark) in ("Cc", "Cf", "Zl", "Zp") else mark for mark in text
    )


_INSTANT = re.compile(r"(?:\w+_)?(?:at|until|from)_ns")


def parameter(name: str, value: Any, zone: dt.tzinfo = dt.UTC) -> str:
    """A name and its value as people write them: an instant as a time of day, a span with its unit."""
    if name == "parts" and isinstance(value, dict):  # of a delivery, each of which comes so much later
        return ", ".join(f"{part}: {_later(by_ns)}" for part, by_ns in value.items())
    if isinstance(value, dict):
        return ", ".join(parameter(inner, held, zone) for inner, held in value.items())
    if isinstance(value, int) and _INSTANT.fullmatch(name):
        said = name.removesuffix("_ns").replace("_", " ")
        return f"{said}: {dt.datetime.fromtimestamp(value // 1_000_000_000, zone):%H:%M:%S}".removesuffix(":00")
    if name == "stall_ns" and value is None:
        return "stall: until the fault is over"
    if name.endswith("_ns") and isinstance(value, int):
        return f"{name.removesuffix('_ns').replace('_', ' ')}: {Duration(microseconds=value // 1_000)}"
    return f"{name.replace('_', ' ')}: {value}"


def _later(by_ns: int | None) -> str:
    return "never" if by_ns is None else f"{Duration(microseconds=by_ns // 1_000)} later"
