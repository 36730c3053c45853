"""A job is released before what it depends on has finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain, ClockTime
from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.contract.orders import Trigger
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("early_release")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class EarlyRelease(Fault):
    """Take a job's dependencies for met while they are not: it starts on what its predecessors have not finished.

    Without a trigger it acts once, when the job would first wait for a predecessor: what starts the job again after
    that has its dependencies. A trigger says otherwise: ``at: "00:00"`` and every wait from midnight on.

    Stands for: a dependency that was deleted by mistake, an operator who starts the next job by hand, a dependency on
    another day's run.
    Detectable by: the job's own look at its input.
    A sound chain: has the job refuse input that is not complete, and run again when it is.
    """

    job: str

    detectable_by: ClassVar[tuple[str, ...]] = ("input check",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the dependencies of the job."""
        return system.armed(self, points.DEPENDENCY, effects.EarlyRelease(), job=self.job)

    def trigger(self, to_ns: Callable[[ClockTime], int], *, seed: str) -> Trigger:
        """The author's, or else the first wait."""
        given = super().trigger(to_ns, seed=seed)
        return replace(given, times=1) if given == Trigger() else given

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A job that depends on nothing cannot be released early."""
        yield from super().mistakes(chain)
        job = chain.jobs.get(self.job)
        if job is not None and not (job.after or job.requires):
            yield "job", f"{self.job!r} depends on no job, so that it cannot be released before one"
