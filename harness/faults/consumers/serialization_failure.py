"""A database cannot fit a load's transaction into an order with the others."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_LOADERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault

Where = Literal["statement", "commit"]
"""Which of a transaction's messages is refused."""

_MOMENTS: Mapping[Where, effects.When] = {"statement": "asked", "commit": "before_commit"}


@fault("serialization_failure")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class SerializationFailure(MeetsAConsumer):
    """Answer a transaction's COMMIT, or a statement of it, with `could not serialize access` (SQLSTATE 40001).

    At the COMMIT is the nasty value: every statement has succeeded by then, and a retry around statements does not
    see it. Nothing of the transaction is stored.

    Stands for: SERIALIZABLE or REPEATABLE READ beside another writer; the usual answer of a distributed database.
    Detectable by: the error of the COMMIT, which a client that is closed by a `finally` swallows.
    A sound chain: begins the whole transaction again, reads included; the same statements alone get the same answer.
    """

    where: Where = "commit"

    refuses = ("serialization_failure",)
    causes: ClassVar[tuple[str, ...]] = ("transaction_refused", "deadlock")
    detectable_by: ClassVar[tuple[str, ...]] = ("error of the statement", "error of the commit")
    seen: ClassVar[Mapping[str, str]] = {
        f"{client} (where: {where})": "refuses" for client in REFUSED_TO_LOADERS for where in _MOMENTS
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the statement or the COMMIT."""
        return self.at_exchange(system, effects.Refuse(refuse="serialization_failure"), _MOMENTS[self.where])
