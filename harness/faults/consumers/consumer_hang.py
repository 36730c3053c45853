"""A consumer accepts a request and falls silent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import LOADERS
from harness.faults.model.consumers import MOMENTS, MeetsAConsumer, When
from harness.faults.model.fault import STRICT, System, fault


@fault("consumer_hang")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConsumerHang(MeetsAConsumer):
    """Hold what was sent to a consumer without an answer: ``when`` before its commit, or after it.

    After the commit is the nasty value: the rows are there, and whoever sends them again must be known by a key. Before
    it, nothing is stored when the fault is over: the connections are dropped then.

    Stands for: a consumer that waits for its own database, a gateway that has lost the back end's answer.
    Detectable by: a client timeout, and nothing else before max run time.
    A sound chain: gives up after its own timeout, sends the same batch under the same key, and says what it waited for.
    """

    when: When = "before"

    causes: ClassVar[tuple[str, ...]] = ("source_hang", "job_overrun")
    detectable_by: ClassVar[tuple[str, ...]] = ("client timeout", "max run time")
    seen: ClassVar[Mapping[str, str]] = {
        **{f"httpx_post (when: {when})": "refuses" for when in MOMENTS},
        **{f"{client}_post (when: {when})": "waits" for client in ("requests", "urllib3") for when in MOMENTS},
        **{f"{client} (when: {when})": "waits" for client in LOADERS for when in MOMENTS},
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the consumer at its commit; taking it out drops the connections that hang."""
        return self.at_exchange(system, effects.Stall(stall_ns=None), MOMENTS[self.when])
