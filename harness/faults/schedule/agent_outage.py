"""The agent of a job's machine is down, limited, or comes and goes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration, SomeTime


@fault("agent_outage")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AgentOutage(Fault):
    """Let the machine take no new job: down, limited (it finishes what runs), or flapping, up and down in turn.

    Jobs that have qualified wait in *Wait Machine*; of jobs that end meanwhile the scheduler hears when it is back.

    Stands for: a reboot for patches, an agent that is drained for maintenance, a host in a boot loop.
    Detectable by: latest start, late to start.
    A sound chain: waits, starts late, and says in time when that is too late.
    """

    job: str
    state: Literal["down", "limited", "flapping"] = "down"
    every: SomeTime = Duration(minutes=10)

    detectable_by: ClassVar[tuple[str, ...]] = ("latest start", "late to start")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the machine of the job."""
        flap_ns = self.every.ns if self.state == "flapping" else 0
        return system.armed(
            self,
            points.MACHINE,
            effects.MachineOut(why=_WHY[self.state], flap_ns=flap_ns, tells=self.state == "limited"),
            job=self.job,
        )


_WHY = {
    "down": "the agent is down",
    "limited": "the agent is limited: it takes no new jobs",
    "flapping": "the agent is flapping: down again",
}
