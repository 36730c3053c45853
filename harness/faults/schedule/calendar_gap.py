"""A job is not built today, because its calendar lacks the date."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("calendar_gap")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class CalendarGap(Fault):
    """Leave the job out of tonight's schedule, as if its calendar had no entry for today.

    What is *after* a job that is not there does not wait for it: OpCon takes such a dependency for met, and starts the
    successor at once.

    Stands for: a calendar that ends with the year, a holiday that is entered for the wrong country.
    Detectable by: the successor's own look at its input, a dependency of the kind *requires*.
    A sound chain: has the successor refuse to run on nothing, and say what is missing.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("input check", "requires")

    @property
    def ends_by_itself(self) -> bool:
        """What is not built stays so."""
        return True

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the build of the schedule."""
        return system.armed(
            self, points.BUILD, effects.NotBuilt(left_out="its calendar has no entry for today"), job=self.job
        )
