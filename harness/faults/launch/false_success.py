"""A job does nothing, and says that all is well."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("false_success")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class FalseSuccess(Fault):
    """Start a program in the job's place that does nothing and exits with 0; to the scheduler it is *Finished OK*.

    Stands for: a script that swallows its error, an empty parameter that skips the work, a wrapper without ``set -e``.
    Detectable by: the successor's own look at its input, control total, a file that is not there.
    A sound chain: has the next job refuse what is missing, and say so.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("input check", "control total")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job."""
        return system.armed(self, points.LAUNCH, effects.WrongLaunch(cause="does_nothing"), job=self.job)
