"""Two people act on the same failure at once."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.contract.schedule import JobAction, Operator
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration


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

    detectable_by: ClassVar[tuple[str, ...]] = ("input check",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the end of the job."""
        both = (self._operator("night shift", "restart", 0), self._operator("on call", "markFinishedOk", _A_MOMENT_NS))
        return system.armed(self, points.OPERATORS, effects.CalledIn(operators=both), job=self.job)

    def _operator(self, name: str, action: JobAction, takes_ns: int) -> Operator:
        return Operator(
            name=name,
            when=("failed", "initialization_error"),
            jobs=(self.job,),
            acknowledges_after_ns=self.after.ns,
            takes_ns=takes_ns,
            do=(action,),
            times=1,
        )


_A_MOMENT_NS = 1_000_000_000
"""A second after the restart: the job runs, and has not got far."""
