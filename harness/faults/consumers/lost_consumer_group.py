"""The consumer group of a job is not there any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.chain.consumers.queue import QueueConsumer
from harness.chain.model import Chain
from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_WORKERS
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.queues import MeetsTakers


@fault("lost_consumer_group")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class LostConsumerGroup(MeetsTakers):
    """Lose the group with which a job asks a stream: NOGROUP, and what it had acknowledged is not known any more.

    Many clients make the group anew where the stream ends (`$`), and then wait for messages that came before. With
    ``lost: stream`` the messages are gone as well.

    Stands for: a failover to a replica that had not heard of the group, a restart without persistence, a FLUSHALL of
    somebody else's, a key that was evicted.
    Detectable by: the error of the next XREADGROUP; of the messages, a count that comes by another way.
    A sound chain: makes the group anew from the beginning of the stream, passes over the messages that it has noted as
    done, and fails with a page that says how many are missing.
    """

    lost: Literal["group", "stream"] = "group"

    causes: ClassVar[tuple[str, ...]] = ("lost_consumer_group", "lost_messages")
    detectable_by: ClassVar[tuple[str, ...]] = ("error of the queue", "message count")
    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_WORKERS

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A stream: a list has no groups."""
        yield from super().mistakes(chain)
        consumer = chain.consumers.get(self.consumer)
        if isinstance(consumer, QueueConsumer) and consumer.structure == "list":
            yield "consumer", f"found {self.consumer}, which is a list and has no groups; expected a stream"

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return "no job asked with a group that was there"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what jobs take."""
        return self.at_take(system, effects.Lose(lose=self.lost))
