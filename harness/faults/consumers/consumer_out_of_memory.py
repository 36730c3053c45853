"""A queue has no memory left for what is pushed to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_WORKERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault


@fault("consumer_out_of_memory")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConsumerOutOfMemory(MeetsAConsumer):
    """Refuse what is pushed, with OOM: the queue has reached its limit of memory. What is there can be taken.

    In the middle of a pipeline (``call``) is the nasty value: each of its requests has an answer of its own, and what
    came before is there.

    Stands for: a queue whose readers have been away since the afternoon, a tenant of the same server, a limit that was
    set for half the data.
    Detectable by: the error of the push; of a pipeline, the answer to each of its requests.
    A sound chain: pushes a batch as a whole or not at all, tries again while there is time, and pages with the queue's
    own words.
    """

    refuses = ("out_of_memory",)
    causes: ClassVar[tuple[str, ...]] = ("out_of_memory", "server_error")
    detectable_by: ClassVar[tuple[str, ...]] = ("error of the queue",)
    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_WORKERS

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the consumer before its commit."""
        return self.at_exchange(system, effects.Refuse(refuse="out_of_memory"), "before_commit")
