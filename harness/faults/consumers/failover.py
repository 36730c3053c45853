"""A database fails over to a standby that had not yet heard of the last commits."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.consumers import ConsumerKind
from harness.contract.effects import consumers as effects
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault
from harness.values.units import SomeTime


@fault("failover")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class Failover(MeetsAConsumer):
    """Let the server die a moment after a commit was answered, and a standby take its place (after ``away``).

    Whatever was committed in the last second (``loses``) is gone, in the real database: rows of which the load was
    told that they are there. Connections are reset, and who connects meanwhile is refused (57P03). ``call`` says after
    which commit.

    Stands for: asynchronous replication, which is the default of PostgreSQL and of most managed databases.
    Detectable by: a look at what the table holds, later: the load itself has heard that all is well.
    A sound chain: reads back what the table holds before it is used, and loads again what is not there.
    """

    loses: SomeTime = SomeTime.parse("1s")
    away: SomeTime = SomeTime.parse("30s")

    causes: ClassVar[tuple[str, ...]] = ("failover", "rows_swallowed", "connection_reset")
    detectable_by: ClassVar[tuple[str, ...]] = ("read back",)

    def able(self) -> tuple[ConsumerKind, ...]:
        """Those with a server that can die."""
        return ("postgres",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the moment after the commit; the standby is made now."""
        effect = effects.FailOver(loses_ns=self.loses.ns, away_ns=self.away.ns)
        where = {"consumer": self.consumer, "kind": "postgres", "operation": "store", "when": "after_commit"}
        return system.armed(self, points.EXCHANGE, effect, **where)
