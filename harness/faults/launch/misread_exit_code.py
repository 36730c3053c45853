"""A job fails, and its exit code is taken for success."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("misread_exit_code")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class MisreadExitCode(Fault):
    """Tell the scheduler 0 instead of the exit code of a job that failed: its successors run as if all were well.

    It acts only on a job that fails by itself, so it comes with another fault that makes it fail.

    Stands for: exit-code criteria that allow too much, a pipe whose last command succeeds, a code above 255 that wraps.
    Detectable by: the successor's own look at its input.
    A sound chain: has each job refuse what the one before it did not finish.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("input check",)

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return f"{self.job} did not fail by an exit code"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the end of the job."""
        return system.armed(self, points.ENDED, effects.WrongEnd(code=0), job=self.job)
