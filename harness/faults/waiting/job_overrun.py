"""A job runs past its max run time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.place import StrikesAJob
from harness.values.units import SomeTime


@fault("job_overrun")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class JobOverrun(StrikesAJob):
    """Freeze the job's processes (SIGSTOP) for a while, then let them go on as if nothing had been.

    With ``on`` or one of the places (``at_write`` to ``at_commit``) the freeze falls in the middle of the job's work
    instead of at its start: after the first batch is stored is the nasty moment, because a restart will send that batch
    again. ``at_commit`` before freezes who has sent the batch whole: the consumer stores it in the meantime all the
    same.

    Stands for: a job that waits behind a lock, a host that swaps, a virtual machine that is moved while it runs.
    Detectable by: max run time, which only flags the job and leaves it running.
    A sound chain: ends the job by a rule, starts it again, and repeats nothing that it had already delivered.
    """

    lasts: SomeTime

    detectable_by: ClassVar[tuple[str, ...]] = ("max run time",)

    @property
    def ends_by_itself(self) -> bool:
        """What is frozen thaws by itself, deadline or not."""
        return True

    @property
    def why_no_effect(self) -> str:
        """It acts on a job that runs."""
        if self.place:
            return self.why_not_there()
        return f"{self.job} did not run then, or had been frozen for that event already"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's agent for the job, or its place."""
        return self.strike(system, effects.Freeze(freeze_ns=self.lasts.ns))

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """Without a max run time, or frozen for less than it, nothing is overrun."""
        yield from super().mistakes(chain)
        job = chain.jobs.get(self.job)
        if job is None:
            return
        if job.max_run_time is None:
            yield "job", f"job_overrun needs a max_run_time, and {self.job!r} has none, so there is nothing to overrun"
        elif self.lasts <= job.max_run_time:
            yield (
                "lasts",
                f"lasts {self.lasts} is within the max_run_time of {self.job!r}, {job.max_run_time}: no overrun",
            )
