"""How far a file has come that can be read before its sender has finished it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.mocks.armed import Order


def check(grow: Mapping[str, Any]) -> None:
    """Refuse a growth that cannot be; ValueError names what was found."""
    if missing := {"from", "every_ns", "steps"} - set(grow):
        raise ValueError(f"grow: {sorted(missing)[0]!r} is missing; found {sorted(grow)}")
    if grow["every_ns"] <= 0 or grow["steps"] < 1:
        raise ValueError(f"grow: found every_ns={grow['every_ns']} steps={grow['steps']}, expected both above zero")


def present_bytes(order: Order, size: int, arrives_ns: int, now_ns: int) -> int:
    """How many bytes of it are there now."""
    grow = order.effect["grow"]
    start = min(size, int(grow["from"] if isinstance(grow["from"], int) else size * grow["from"]))
    return start + (size - start) * _steps(order, arrives_ns, now_ns) // int(grow["steps"])


def written_ns(order: Order, arrives_ns: int, now_ns: int) -> int:
    """When it was last written to."""
    every_ns: int = order.effect["grow"]["every_ns"]
    return max(order.since_ns, arrives_ns) + every_ns * _steps(order, arrives_ns, now_ns)


def _steps(order: Order, arrives_ns: int, now_ns: int) -> int:
    """How many of its steps it has grown."""
    grow = order.effect["grow"]
    return min(int(grow["steps"]), max(0, now_ns - max(order.since_ns, arrives_ns)) // int(grow["every_ns"]))
