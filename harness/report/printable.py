"""What users' programs say, made safe to show: a page or a name may hold anything, also what moves a terminal."""

from __future__ import annotations

import unicodedata
from typing import Any

from harness.values.units import Duration


def plain(text: str) -> str:
    """The text with its control and direction characters shown as escapes, so that one line stays one line."""
    return "".join(
        repr(mark)[1:-1] if unicodedata.category(mark) in ("Cc", "Cf", "Zl", "Zp") else mark for mark in text
    )


def parameter(name: str, value: Any) -> str:
    """A name and its value as people write them: times with their unit, not in nanoseconds."""
    if isinstance(value, dict):
        return ", ".join(parameter(inner, held) for inner, held in value.items())
    if name.endswith("_ns") and isinstance(value, int):
        return f"{name.removesuffix('_ns').replace('_', ' ')}: {Duration(microseconds=value // 1_000)}"
    return f"{name.replace('_', ' ')}: {value}"
