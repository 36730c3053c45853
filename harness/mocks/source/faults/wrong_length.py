"""An answer whose length is not that of its body: some bytes more, or fewer."""

from __future__ import annotations

from harness.contract.effects.source import Misstate


def declared_bytes(misstate: Misstate, size: int) -> int:
    """The length that is declared for a body of ``size`` bytes: at least one byte off, and never below zero."""
    by = misstate.by
    off = by if isinstance(by, int) else int(size * by) or (1 if by > 0 else -1)
    return max(0, size + off)
