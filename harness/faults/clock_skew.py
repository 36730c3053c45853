"""The clock of a job's machine is wrong."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.faults.fault import STRICT, Fault, System, fault
from harness.units import SomeTime


@fault("clock_skew")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ClockSkew(Fault):
    """Start the job with a wall clock that is ahead (``by: 2h``) or ``behind: true`` by so much; its waits are right.

    Stands for: a virtual machine that was suspended, a host without time service, a time zone taken for an offset.
    Detectable by: comparing the source's clock with the own.
    A sound chain: takes dates from the scheduler, and not from the clock of whichever machine it runs on.
    """

    job: str
    by: SomeTime
    behind: bool = False

    named_by: ClassVar[tuple[str, ...]] = ("clock", "business date")
    detectable_by: ClassVar[tuple[str, ...]] = ("clock comparison",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job."""
        effect = {"cause": "clock_skew", "offset_ns": -self.by.ns if self.behind else self.by.ns}
        return system.armed(self, component="scheduler", point="launch", where={"job": self.job}, effect=effect)
