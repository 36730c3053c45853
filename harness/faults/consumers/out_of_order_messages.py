"""Messages of a queue come in another order than they were sent in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import TAKEN_BY_WORKERS
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.queues import MeetsTakers


@fault("out_of_order_messages")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class OutOfOrderMessages(MeetsTakers):
    """Put the ``messages`` that a job would be handed next behind all others.

    The nasty value is one: the last message of the night comes before it, and whoever takes that for the end loses it,
    as does whoever notes the highest number that is done. Of a stream they are new entries, with numbers of their own.

    Stands for: a worker that failed and put its message back; an entry of a dead worker that is claimed later; a sender
    with several connections.
    Detectable by: a count of the messages, which comes by another way than they do; gaps in their numbers.
    A sound chain: counts what is done instead of looking at the last, and notes each message by itself.
    """

    messages: Annotated[int, Field(ge=1)] = 1

    causes: ClassVar[tuple[str, ...]] = ("lost_messages",)
    detectable_by: ClassVar[tuple[str, ...]] = ("message count",)
    seen: ClassVar[Mapping[str, str]] = TAKEN_BY_WORKERS

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return "no job took something that had anything behind it"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what jobs take."""
        return self.at_take(system, effects.PutBehind(messages=self.messages))
