"""A consumer answers that it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.consumers import SPOKEN_BY, ConsumerKind, ConsumerRefusal
from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_SENDERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault
from harness.values.units import Duration

_WORDS: Mapping[int, ConsumerRefusal] = {429: "throttled", 500: "internal_error", 503: "unavailable"}


@fault("consumer_error")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConsumerError(MeetsAConsumer):
    """Answer what a consumer is asked with 500, it failed, 503, it is not available, or 429, it is asked too often.

    ``retry_after`` is what the answer says of when to come again; ``operation`` bounds it to what is stored or read.
    Nothing of a refused batch is stored. Without a trigger it answers so for ever. A queue has a word for 503 alone,
    LOADING, and says no time.

    Stands for: planning's own batch window, a deployment in the night, a rate limit that one feed too many has reached.
    Detectable by: the status of the answer. A client that does not look takes the batch for delivered.
    A sound chain: sends the same batch again, with backoff and no sooner than it was told, and fails with a page that
    names the consumer and its answer when that does not help in time.
    """

    status: Literal[429, 500, 503] = 503
    retry_after: Duration | None = None
    operation: Literal["store", "read"] | None = None

    causes: ClassVar[tuple[str, ...]] = ("server_error", "throttle_requests")
    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_SENDERS

    def able(self) -> tuple[ConsumerKind, ...]:
        """Those that answer with a status, or with a word for one."""
        return ("http", "queue")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """What its kind has words for."""
        yield from super().mistakes(chain)
        consumer = chain.consumers.get(self.consumer)
        if consumer is None or consumer.kind not in self.able() or consumer.kind == "http":
            return
        a_kind = f"{self.consumer}, a consumer of kind {consumer.kind}"
        if _WORDS[self.status] not in SPOKEN_BY[consumer.kind]:
            known = [str(status) for status, word in _WORDS.items() if word in SPOKEN_BY[consumer.kind]]
            yield "status", f"found {self.status}, for which {a_kind}, has no words; expected {' or '.join(known)}"
        if self.retry_after is not None:
            yield "retry_after", f"found {self.retry_after}; {a_kind}, does not say when to come again: drop it"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what is asked of the consumer, as it comes."""
        after_s = None if self.retry_after is None else -(-self.retry_after.ns // 1_000_000_000)
        effect = effects.Refuse(refuse=_WORDS[self.status], retry_after_s=after_s)
        return self.at_exchange(system, effect, "asked", self.operation)
