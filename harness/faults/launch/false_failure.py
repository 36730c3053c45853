"""A job does all its work, and says that it failed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("false_failure")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class FalseFailure(Fault):
    """Tell the scheduler another exit code than the job's 0: the work is done, and a retry does it again.

    Stands for: a clean-up step that fails after the load, a warning that is an exit code, a wrapper's own error.
    Detectable by: what is delivered already.
    A sound chain: runs the job again without doubling anything: idempotency key, replace instead of append.
    """

    job: str
    exit_code: int = Field(default=1, ge=1, le=255)

    detectable_by: ClassVar[tuple[str, ...]] = ("idempotency",)

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return f"{self.job} had failed by itself"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the end of the job."""
        return system.armed(self, points.ENDED, effects.WrongEnd(code=self.exit_code), job=self.job)
