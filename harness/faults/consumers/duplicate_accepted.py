"""A consumer stores what it has already, and says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.consumers.queue import QueueConsumer
from harness.chain.model import Chain
from harness.contract.effects import consumers as effects
from harness.faults.model.consumers import MeetsRows
from harness.faults.model.fault import STRICT, System, fault


@fault("duplicate_accepted")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DuplicateAccepted(MeetsRows):
    """Store a batch once more that has come before under the same idempotency key: the key is not honoured.

    It acts only on what is sent twice, so it comes with another fault that makes a job send again.

    Stands for: a key that expires too early, a cache of keys that a restart has emptied, a gateway that drops
    the header.
    Detectable by: a look at what the consumer holds; the answer says "stored" where "stored before" was expected.
    A sound chain: reads back what the consumer holds, withdraws it where it is not what was sent, and pages.
    """

    causes: ClassVar[tuple[str, ...]] = ("rows_doubled",)
    detectable_by: ClassVar[tuple[str, ...]] = ("read back",)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """Of a queue, one that knows its messages."""
        yield from super().mistakes(chain)
        consumer = chain.consumers.get(self.consumer)
        if isinstance(consumer, QueueConsumer) and consumer.message_id is None:
            yield "consumer", f"found {self.consumer}, which knows no message by an id; expected one with message_id"

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return "no batch came twice under one key"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what becomes of the rows."""
        return self.at_store(system, effects.AcceptTwice())
