"""Somebody else writes to a consumer's table while it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.consumers import ConsumerKind
from harness.contract.effects import consumers as effects
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault
from harness.values.units import Duration

Moment = Literal["connect", "statement", "before", "after"]
"""Of a load: it connects; a statement of it is about to reach the server; its COMMIT is; it is committed."""

_MOMENTS: Mapping[Moment, effects.When] = {
    "connect": "asked",
    "statement": "asked",
    "before": "before_commit",
    "after": "after_commit",
}


@fault("concurrent_writer")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConcurrentWriter(MeetsAConsumer):
    """Let another session of the database run SQL (``runs``) in a transaction that stays open for a while (``open``).

    It is a real session of the tables' owner: what it locks is waited for, what it changes is changed, and what both
    want of each other is a deadlock that the server ends, in the job. It begins when a job connects, before a statement
    that stores (``when: statement``), before a COMMIT, or after one; the job goes on when it is done, or waits for a
    lock itself. What the server refuses of it is a `fail commit` of the consumer's, "another session".

    Stands for: a planner who has left a session open over lunch, a second feed into the same table, a clean-up by hand.
    Detectable by: a lock or statement timeout, max run time; what was changed, by a look at what the table holds.
    A sound chain: bounds its waits for locks, and begins again; reads back what the table holds before it is used.
    """

    runs: str
    open: Duration | None = None
    when: Moment = "connect"

    causes: ClassVar[tuple[str, ...]] = (
        "lock_held",
        "deadlock",
        "transaction_refused",
        "rows_swallowed",
        "rows_doubled",
    )
    detectable_by: ClassVar[tuple[str, ...]] = ("lock timeout", "max run time", "read back")

    def able(self) -> tuple[ConsumerKind, ...]:
        """Those that have sessions."""
        return ("postgres",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the moment of the load."""
        effect = effects.OtherSession(runs=self.runs, open_ns=self.open.ns if self.open is not None else 0)
        operation = "connect" if self.when == "connect" else "store"
        where = {"consumer": self.consumer, "kind": "postgres", "operation": operation, "when": _MOMENTS[self.when]}
        return system.armed(self, points.EXCHANGE, effect, **where)
