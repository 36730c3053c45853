"""A consumer stores what it was sent, and its answer is lost."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_LOADERS, REFUSED_TO_SENDERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault


@fault("answer_lost")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AnswerLost(MeetsAConsumer):
    """Close the connection in good order after the commit, and answer nothing: the rows are there, and nobody knows.

    Only an idempotency key makes the next attempt harmless; a chain without one that tries again doubles its rows, and
    one that does not try again fails a night that was delivered. Of a database it is the answer to the COMMIT.

    Stands for: a proxy that gives up on a slow back end, a consumer that is shut down between commit and answer.
    Detectable by: the error of the connection; whether the rows are there, a key or a look at the plan says.
    A sound chain: sends the same batch under the same key, and takes "stored before" for success.
    """

    causes: ClassVar[tuple[str, ...]] = ("connection_reset",)
    detectable_by: ClassVar[tuple[str, ...]] = ("error of the connection",)
    seen: ClassVar[Mapping[str, str]] = {**REFUSED_TO_SENDERS, **REFUSED_TO_LOADERS}

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the consumer after its commit."""
        return self.at_exchange(system, effects.LoseAnswer(), "after_commit")
