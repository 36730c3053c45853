"""Two people act on the same failure at once."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.faults.fault import STRICT, Fault, System, fault
from harness.units import Duration


@fault("two_operators")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class TwoOperators(Fault):
    """Call in two operators when the job ends badly: one restarts it, the other marks it finished OK.

    The second has looked at the list before the first did anything: the successors start while the job still runs.

    Stands for: a night shift and an on-call engineer who both answer the page.
    Detectable by: the successor's own look at its input.
    A sound chain: has each job refuse what is not complete, so that a hand too many does no harm.
    """

    job: str
    after: Duration = Duration(minutes=10)

    named_by: ClassVar[tuple[str, ...]] = ("no such file", "not found", "is not in", "no file")
    detectable_by: ClassVar[tuple[str, ...]] = ("input check",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the end of the job."""
        when = ["failed", "initialization_error"]
        both = [
            {"name": name, "when": when, "jobs": [self.job], "takes_ns": takes_ns, "do": [action], "times": 1}
            | {"acknowledges_after_ns": self.after.ns}
            for name, action, takes_ns in (
                ("night shift", "restart", 0),
                ("on call", "markFinishedOk", _A_MOMENT_NS),
            )
        ]
        where = {"job": self.job}
        return system.armed(self, component="scheduler", point="operators", where=where, effect={"operators": both})


_A_MOMENT_NS = 1_000_000_000
"""A second after the restart: the job runs, and has not got far."""
