"""A queue delivers a message twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import consumers as effects
from harness.faults.model.clients import TAKEN_BY_WORKERS
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.queues import MeetsTakers


@fault("redelivery")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class Redelivery(MeetsTakers):
    """Hand out again what was taken: the last ``messages`` that a job took, be they popped or acknowledged.

    A group is set back to before them, and a list has them again where they were popped: the next job that takes
    something gets them. ``to: consumer`` is of the other side: what is pushed is handed to the consumer twice. A stream
    whose entries are deleted when they are done has nothing to hand out again.

    Stands for: a failover to a replica that had not heard of the last acknowledgements (they are replicated behind the
    answer); a worker that dies between its work and its XACK; a visibility timeout that is shorter than the work.
    Detectable by: an id of the message, and a note of those that are done. The queue itself says nothing.
    A sound chain: notes in one transaction that a message is done and what it did, and passes over it the second time;
    to others it sends messages with ids, under which they are taken once.
    """

    to: Literal["jobs", "consumer"] = "jobs"
    messages: Annotated[int, Field(ge=1)] = 1

    causes: ClassVar[tuple[str, ...]] = ("rows_doubled",)
    detectable_by: ClassVar[tuple[str, ...]] = ("message id",)
    seen: ClassVar[Mapping[str, str]] = TAKEN_BY_WORKERS

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """How many is a matter of what jobs take."""
        yield from super().mistakes(chain)
        if self.to == "consumer" and self.messages != 1:
            yield "messages", f"found {self.messages}; a consumer is handed again what comes at once: drop it"

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return "no job took something when something had been taken before"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what jobs take, or what the consumer stores."""
        if self.to == "consumer":
            return system.armed(self, points.STORE, effects.StoreAgain(), consumer=self.consumer)
        return self.at_take(system, effects.Redeliver(messages=self.messages))
