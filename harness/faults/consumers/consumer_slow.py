"""A consumer takes its time to store what it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import LOADERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault
from harness.values.units import SomeTime


@fault("consumer_slow")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConsumerSlow(MeetsAConsumer):
    """Let a consumer store what it was sent so much later (``by``), whether its sender still waits then or not.

    Longer than the sender's timeout is the nasty value: it takes the batch for lost and sends it again, and then both
    are stored. Shorter than that, many batches in a row cost the night its deadline.

    Stands for: a table lock of somebody else's report, an index that is rebuilt, a cold cache after a restart.
    Detectable by: a client timeout, max run time, the deadline.
    A sound chain: sends under an idempotency key, so that what arrives twice counts once, and has the time.
    """

    by: SomeTime

    causes: ClassVar[tuple[str, ...]] = ("source_hang", "slow_drip", "job_overrun")
    detectable_by: ClassVar[tuple[str, ...]] = ("client timeout", "max run time")
    seen: ClassVar[Mapping[str, str]] = {
        "httpx_post (by: 2m)": "refuses",
        **dict.fromkeys(("requests_post (by: 2m)", "urllib3_post (by: 2m)"), "accepts after 2m"),
        **{f"{client} (by: 2m)": "accepts after 2m" for client in LOADERS},
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the consumer before its commit."""
        return self.at_exchange(system, effects.Stall(stall_ns=self.by.ns), "before_commit")
