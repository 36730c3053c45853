"""How much is there of a file that its sender is still writing."""

from __future__ import annotations

from harness.contract.effects.source import Grow


def present_bytes(grow: Grow, size: int, since_ns: int, now_ns: int) -> int:
    """How many of its bytes are there now; it has grown since ``since_ns``."""
    start = min(size, grow.from_ if isinstance(grow.from_, int) else int(size * grow.from_))
    return start + (size - start) * _steps(grow, since_ns, now_ns) // grow.steps


def written_ns(grow: Grow, since_ns: int, now_ns: int) -> int:
    """When it was last written to."""
    return since_ns + grow.every_ns * _steps(grow, since_ns, now_ns)


def _steps(grow: Grow, since_ns: int, now_ns: int) -> int:
    """How many of its steps it has grown."""
    return min(grow.steps, max(0, now_ns - since_ns) // grow.every_ns)
