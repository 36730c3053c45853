"""The wrong clocks that faults give to a job: what their orders say, as the variable that its process reads."""

from __future__ import annotations

from collections.abc import Iterable

from harness.clock.skew import Skew, Step
from harness.mocks.armed import Order

KNOWN = {"by_ns": int, "drift_ppm": float, "step_ns": int, "step_after_ns": int}


def skewed(orders: Iterable[Order], starts_ns: int) -> dict[str, str]:
    """The environment of a job that starts then; empty without orders, and several of them add up.

    Raises ValueError for an order that says nothing, or what no clock can do.
    """
    by_ns, drift, steps = 0, 0.0, []
    for order in orders:
        effect = order.effect
        wrong = {name: value for name, value in effect.items() if not isinstance(value, KNOWN.get(name, ()))}
        if wrong or not effect or ("step_ns" in effect) != ("step_after_ns" in effect):
            raise ValueError(f"clock: found {wrong or effect}, expected some of {', '.join(KNOWN)}, steps whole")
        by_ns += effect.get("by_ns", 0)
        drift += effect.get("drift_ppm", 0.0)
        if "step_ns" in effect:
            steps.append(Step(starts_ns + effect["step_after_ns"], effect["step_ns"]))
    skew = Skew(by_ns, drift, starts_ns, tuple(sorted(steps)))
    return skew.environment() if by_ns or drift or steps else {}
