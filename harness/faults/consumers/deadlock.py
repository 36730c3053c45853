"""A database ends a load's transaction, because it and another one wait for each other."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_LOADERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault


@fault("deadlock")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class Deadlock(MeetsAConsumer):
    """Answer a statement that stores with `deadlock detected` (SQLSTATE 40P01): its transaction is rolled back.

    What was committed before stays, so that a load which commits as it goes stops at a part of its rows, and loads
    them twice when it begins again. ``call`` counts the statements that store, those of one transaction too.

    Stands for: two loads that touch the same rows in another order, a report's lock beside a load, a foreign key.
    Detectable by: the error of the statement; the server chooses its victim, and says nothing to the other one.
    A sound chain: begins the whole transaction again after a while; a statement that is sent again in it is refused.
    """

    refuses = ("deadlock",)
    causes: ClassVar[tuple[str, ...]] = ("deadlock", "transaction_refused")
    detectable_by: ClassVar[tuple[str, ...]] = ("error of the statement",)
    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_LOADERS

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what is to be stored; a server says this of a statement, so it acts there."""
        return self.at_exchange(system, effects.Refuse(refuse="deadlock"), "before_commit")
