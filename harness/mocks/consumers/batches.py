"""The way of a batch into a consumer's ledger: faults meet it at three moments, and each of its steps is an event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from harness.contract.consumers import ConsumerKind
from harness.contract.effects.consumers import When
from harness.mocks.consumers.gate import Broken, Gate
from harness.mocks.consumers.http.errors import told
from harness.mocks.consumers.ledger import Batch, Ledger, OtherPayload
from harness.mocks.consumers.storing import HalfStored, store
from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.core.refusal import Refusal

Read = Callable[[], Awaitable[tuple[str | None, Batch]]]
"""Reads what has come: its idempotency key, and the batch; Refusal where that cannot be read."""


@dataclass(frozen=True)
class Taken:
    """A batch that was stored: how many rows of it; None where it had been before, under its key."""

    batch: Batch
    stored: int | None


class BrokenOff(Exception):
    """A fault ends the exchange here."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(told(broken))
        self.broken = broken


class Batches:
    """How all consumers of one kind take batches, in whatever words these come and are answered."""

    def __init__(self, mock: Mock, kind: ConsumerKind) -> None:
        self._mock, self._kind = mock, kind
        self.gate = Gate(mock, kind)

    async def take(
        self, name: str, ledger: Ledger, key: str | None, read: Read, agreed: Callable[[Batch], None] = lambda _: None
    ) -> Taken:
        """What comes to a consumer. ``key``: its idempotency key, where that is known before it is read.

        ``agreed`` looks at a batch that is not known yet. Raises Refusal, OtherPayload, HalfStored or BrokenOff for one
        that is not taken, or whose sender is not to know that it was.
        """
        record = self._mock.recorder.record
        value: dict[str, Any] = {"key": key} | asker()
        await self._passes(name, "asked", value)
        try:
            key, batch = await read()
        except Refusal as refusal:
            record("fail", "batch", value | {"field": refusal.field}, error=str(refusal), component=name)
            raise
        value |= {"key": key, "rows": batch.rows}
        value |= {"business_date": batch.business_date, "fallback_of": batch.fallback_of}
        record("invoke", "batch", value, component=name)
        await self._mock.service_time.commit(name)
        await self._passes(name, "before_commit", value)
        try:
            if not ledger.knows(key):  # what is known is answered as it was, whatever has changed since
                agreed(batch)
            stored = store(self._mock.armory, name, self._kind, ledger, key, batch)
        except (Refusal, OtherPayload, HalfStored) as error:
            field = {"field": error.field} if isinstance(error, Refusal) else {}
            record("fail", "batch", value | field, error=str(error), component=name)
            raise
        record("ok", "batch", value | {"stored": stored or 0, "replayed": stored is None}, component=name)
        if broken := await self.gate.passes(name, "store", "after_commit"):
            raise BrokenOff(broken)
        return Taken(batch, stored)

    async def _passes(self, name: str, when: When, value: dict[str, Any]) -> None:
        if broken := await self.gate.passes(name, "store", when):
            self._mock.recorder.record("fail", "batch", value, error=told(broken), component=name)
            raise BrokenOff(broken)
