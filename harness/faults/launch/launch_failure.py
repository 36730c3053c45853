"""A job does not start."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("launch_failure")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class LaunchFailure(Fault):
    """Make the scheduler's order to start a job fail, as the operating system really fails it.

    agent_away: the agent of the job's machine does not answer; the job waits for it. program_not_found: the program is
    gone (ENOENT). permission_denied: it is there and may not be executed (EACCES). dies_at_once: it starts and is
    killed before it does anything. bad_user: the agent cannot log on as the job's user. no_slot: it can start no more
    processes.

    Stands for: a moved interpreter after a patch day, a lost execute bit after a deployment, an agent that did not come
    back from a reboot, a memory limit that kills at start.
    Detectable by: the scheduler's status.
    A sound chain: restarts by a rule, because OpCon's Retry on Failure never retries an Initialization Error.
    """

    job: str
    cause: effects.NotStarted = "program_not_found"

    causes: ClassVar[tuple[str, ...]] = ("launch_failure", "agent_outage")
    detectable_by: ClassVar[tuple[str, ...]] = ("scheduler status",)

    @property
    def why_no_effect(self) -> str:
        """Another fault may have come before it."""
        return "the agent was away, so that nothing was launched"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job."""
        return system.armed(self, points.LAUNCH, effects.WrongLaunch(cause=self.cause), job=self.job)
