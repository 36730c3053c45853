"""The wrong clocks that faults give to a job: what their effects say, as the variable that its process reads."""

from __future__ import annotations

from collections.abc import Iterable

from harness.clock.wrong_clock import Skew, Step
from harness.contract.effects.scheduler import WrongClock


def wrong_clock_environment(effects: Iterable[WrongClock], starts_ns: int) -> dict[str, str]:
    """The environment of a job that starts then; empty without effects, and several of them add up.

    Raises ValueError for what no clock can do.
    """
    by_ns, drift, steps = 0, 0.0, []
    for effect in effects:
        by_ns += effect.by_ns
        drift += effect.drift_ppm
        if effect.step_ns is not None and effect.step_after_ns is not None:
            steps.append(Step(starts_ns + effect.step_after_ns, effect.step_ns))
    skew = Skew(by_ns, drift, starts_ns, tuple(sorted(steps)))
    return skew.environment() if by_ns or drift or steps else {}
