"""A running job is ended by a signal."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.place import StrikesAJob
from harness.values.units import Duration


@fault("job_crash")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class JobCrash(StrikesAJob):
    """Send the job's processes a signal in the middle of their work.

    segfault: SIGSEGV. abort: SIGABRT, with a core dump where the machine writes one. out_of_memory: SIGKILL, as the
    kernel ends the largest process. A signal is no exit code: it fails the job whatever its criteria say.

    ``at_write``, ``at_rename``, ``at_request``, ``at_answer`` and ``at_commit`` say where in its work it is struck: at
    half of the file, before the file has its name, while it waits for an answer, when it has it, between two batches.
    With ``on``, a neighbour's ``invoke`` is anybody's request that has come and has no answer, its ``ok`` an answer of
    which the last bytes have not left.

    ``at_request`` to a consumer: the request is out of the job's hands, so the consumer stores the batch all the same,
    and only the answer is never read. What comes then is a batch that is sent a second time.

    ``at_commit`` before: the consumer has all of the request, and stores the batch although the job is gone; after: it
    has stored it, and the job never gets the answer. Either way the batch is there and the job does not know: before
    it is stored is no place of the job's, for what it has sent is out of its hands. A job that dies with the batch
    unsent is struck ``after`` the commit of the batch before.

    Stands for: a native library that crashes, an assertion, a host that runs out of memory.
    Detectable by: the scheduler's status.
    A sound chain: runs the job again, and repeats nothing that it had already delivered.
    """

    how: Literal["segfault", "abort", "out_of_memory"] = "segfault"
    after: Duration = Duration()

    detectable_by: ClassVar[tuple[str, ...]] = ("scheduler status",)

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return self.why_not_there() if self.place else f"{self.job} did not run then"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's agent for the job, or its place."""
        return self.strike(system, effects.Crash(signal=_SIGNALS[self.how], after_ns=self.after.ns))


_SIGNALS = {"segfault": 11, "abort": 6, "out_of_memory": 9}
