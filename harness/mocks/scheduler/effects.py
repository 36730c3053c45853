"""The points of the scheduler at which faults act, and the effects that each of them knows."""

from __future__ import annotations

from harness.mocks.armed import Order
from harness.mocks.scheduler import landing
from harness.mocks.scheduler.skewed import KNOWN as CLOCK_EFFECTS
from harness.mocks.scheduler.skewed import skewed

LAUNCH_CAUSES = (
    "agent_away",
    "program_not_found",
    "permission_denied",
    "dies_at_once",
    "bad_user",
    "no_slot",
    "never_submitted",
    "start_lost",
    "started_unseen",
    "does_nothing",
    "duplicate",
)

POINTS = {
    "launch": ("cause",),
    "clock": tuple(CLOCK_EFFECTS),
    "disk": ("room_bytes", "read_only"),
    "started": ("freeze_ns", "signal"),
    "ended": ("lost", "code"),
    "kill": ("ignored",),
    "machine": ("why",),
    "start_time": ("delay_ns",),
    "dependency": ("early",),
    "build": ("hold", "left_out"),
    "operators": ("operators",),
    "scheduler": ("down_ns",),
}
"""Each point with the names of its effects: an order has one, or (clock) some."""


def check(order: Order) -> None:
    """Refuse an effect that the point does not know, with a ValueError that names it."""
    if order.point == "clock":
        skewed([order], 0)
    if order.point == "disk":
        landing.check(order.effect)
    known, effect = POINTS[order.point], order.effect
    if not any(name in effect for name in known):
        raise ValueError(f"{order.point}: found {sorted(effect)}, expected one of {list(known)}")
    if order.point == "launch" and effect["cause"] not in LAUNCH_CAUSES:
        raise ValueError(f"launch: unknown cause {effect['cause']!r}; known: {list(LAUNCH_CAUSES)}")
    for name in ("freeze_ns", "down_ns", "delay_ns"):
        if name in effect and not (isinstance(effect[name], int) and effect[name] > 0):
            raise ValueError(f"{order.point}: found {name} {effect[name]!r}, expected a number of nanoseconds above 0")
