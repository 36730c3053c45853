"""A job is started twice at once."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration


@fault("duplicate_launch")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DuplicateLaunch(Fault):
    """Let the agent take the order twice: two processes of the job work, and the scheduler knows of one.

    The second begins ``apart`` after the first. With nothing said that is 1.1 to 1.9 s, so that what is made of the
    second, such as a key, differs; with 0s it is as soon as the first one first waits, so that both look before
    either has done anything. (In another `--order` nothing said is 0s, or anything up to 1.9 s.)

    Stands for: an order that is repeated after a lost answer, two schedulers after a failover.
    Detectable by: lock file, idempotency key.
    A sound chain: lets the second do no harm: what it delivers is known already.
    """

    job: str
    apart: Duration | None = None

    detectable_by: ClassVar[tuple[str, ...]] = ("lock", "idempotency")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job."""
        apart_ns = None if self.apart is None else self.apart.ns
        effect = effects.WrongLaunch(cause="duplicate", apart_ns=apart_ns)
        return system.armed(self, points.LAUNCH, effect, job=self.job)
