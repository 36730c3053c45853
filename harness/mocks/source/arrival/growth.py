"""How far a file has come that can be read before its sender has finished it."""

from __future__ import annotations

from harness.contract.effects.source import Grow


def present_bytes(grow: Grow, size: int, since_ns: int, now_ns: int) -> int:
    """How many bytes of it are there now; it grows since then."""
    start = min(size, grow.from_ if isinstance(grow.from_, int) else int(size * grow.from_))
    return start + (size - start) * _steps(grow, since_ns, now_ns) // grow.steps


def written_ns(grow: Grow, since_ns: int, now_ns: int) -> int:
    """When it was last written to."""
    return since_ns + grow.every_ns * _steps(grow, since_ns, now_ns)


def _steps(grow: Grow, since_ns: int, now_ns: int) -> int:
    """How many of its steps it has grown."""
    return min(grow.steps, max(0, now_ns - since_ns) // grow.every_ns)
