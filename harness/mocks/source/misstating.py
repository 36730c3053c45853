"""An answer whose length is not that of its body: some bytes more, or fewer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def check(misstate: Mapping[str, Any]) -> None:
    """Refuse a length that would be the right one; ValueError names what was found."""
    by = misstate.get("by")
    if not isinstance(by, int | float) or isinstance(by, bool) or not by:
        raise ValueError(f"misstate: found by={by!r}, expected bytes (a whole number) or a fraction, not zero")


def stated_bytes(misstate: Mapping[str, Any], size: int) -> int:
    """The length that is stated for a body of ``size`` bytes: at least one byte off, and never below zero."""
    by = misstate["by"]
    off = by if isinstance(by, int) else int(size * by) or (1 if by > 0 else -1)
    return max(0, size + off)
