"""A connection to a consumer is reset at its commit."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_LOADERS, REFUSED_TO_SENDERS
from harness.faults.model.consumers import MOMENTS, MeetsAConsumer, When
from harness.faults.model.fault import STRICT, System, fault


@fault("consumer_reset")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConsumerReset(MeetsAConsumer):
    """Reset the connection of a batch: ``when`` before the consumer has stored it, or after.

    The sender sees the same in both cases, and that is the point: it cannot know whether its rows are there. In a
    database it is the connection that is lost at COMMIT: before it reaches the server, or when all is stored.

    Stands for: a consumer's process that crashes and is restarted, a load balancer that takes a node out.
    Detectable by: the error of the connection, ECONNRESET, which does not say whether the rows are there.
    A sound chain: sends the same batch under the same key until it hears an answer; of a
    database, it looks whether the transaction is there, or replaces what it would have stored.
    """

    when: When = "before"

    causes: ClassVar[tuple[str, ...]] = ("connection_reset",)
    detectable_by: ClassVar[tuple[str, ...]] = ("error of the connection",)
    seen: ClassVar[Mapping[str, str]] = {
        f"{client} (when: {when})": "refuses"
        for client in (*REFUSED_TO_SENDERS, *REFUSED_TO_LOADERS)
        for when in MOMENTS
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the consumer at its commit."""
        return self.at_exchange(system, effects.Reset(), MOMENTS[self.when])
