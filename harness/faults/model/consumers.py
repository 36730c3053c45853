"""What the faults at consumers share: they meet what jobs ask of one consumer, or what becomes of rows there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.consumers import SPOKEN_BY, ConsumerKind, ConsumerOperation, ConsumerRefusal, spoken_as
from harness.contract.effects import consumers as effects
from harness.faults.model.fault import STRICT, System
from harness.faults.model.requests import MeetsRequests
from harness.values.strict import unknown

When = Literal["before", "after"]
"""Of a commit: nothing is stored yet, or everything is and nobody knows."""

MOMENTS: Mapping[When, effects.When] = {"before": "before_commit", "after": "after_commit"}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MeetsAConsumer(MeetsRequests):
    """A fault at one consumer: what it is about is what jobs ask of it, or, with ``from``, what one of them asks."""

    consumer: str

    refuses: ClassVar[tuple[ConsumerRefusal, ...]] = ()
    """What the consumer must have words for; none: any that is asked for something."""

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A consumer that the chain has, of a kind to which this can happen."""
        yield from super().mistakes(chain)
        if self.consumer not in chain.consumers:
            yield "consumer", unknown("consumer", self.consumer, chain.consumers)
            return
        kind = chain.consumers[self.consumer].kind
        if spoken_as(kind) not in (able := self.able()):
            found = f"found {self.consumer}, a consumer of kind {kind}, to which {self.name} cannot happen"
            yield "consumer", f"{found}; expected one of kind {' or '.join(able)}"

    def able(self) -> tuple[ConsumerKind, ...]:
        """The kinds of consumers to which this can happen: those that are asked, and have words for it."""
        return tuple(kind for kind, words in SPOKEN_BY.items() if words and set(self.refuses) <= set(words))

    def at_exchange(
        self,
        system: System,
        effect: effects.Exchange,
        when: effects.When,
        operation: ConsumerOperation | None = "store",
    ) -> AbstractContextManager[None]:
        """Arm a moment of what is asked of the consumer."""
        where = {"consumer": self.consumer, "when": when}
        if operation is not None:
            where |= {"operation": operation}
        return system.armed(self, points.EXCHANGE, effect, **where)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MeetsRows(MeetsAConsumer):
    """A fault in what a consumer keeps of the rows that it is sent, where it takes them a batch at a time."""

    def able(self) -> tuple[ConsumerKind, ...]:
        """A database keeps what its transaction says, and a file is read as it is."""
        return ("http", "queue")

    def at_store(self, system: System, effect: effects.Stored) -> AbstractContextManager[None]:
        """Arm what becomes of the rows."""
        return system.armed(self, points.STORE, effect, consumer=self.consumer)
