"""Where faults meet what a consumer stores: a batch as it is kept, which need not be as it came."""

from __future__ import annotations

from harness.contract.consumers import ConsumerKind
from harness.contract.effects.consumers import AcceptTwice, StoreAgain, Stored, StoreHalf
from harness.contract.points import STORE
from harness.mocks.consumers.ledger import Batch, Ledger
from harness.mocks.core.armed import Armory
from harness.mocks.core.callers import asker
from harness.mocks.core.order import Armed


class HalfStored(Exception):
    """A fault has let a part of the rows be stored, and no more."""


def store(
    armory: Armory, consumer: str, kind: ConsumerKind, ledger: Ledger, key: str | None, batch: Batch
) -> int | None:
    """What `Ledger.store` says, of what a fault leaves of the batch; `HalfStored` where it fails after a part of it."""
    known = ledger.knows(key)

    def applies(order: Armed[Stored]) -> bool:
        if isinstance(order.effect, StoreAgain):
            return True
        return known if isinstance(order.effect, AcceptTwice) else not known and batch.rows > 1

    acting = armory.act(STORE, applies, consumer=consumer, kind=kind, **asker())
    effect = next((order.effect for order in acting), None)
    if effect is None:
        return ledger.store(key, batch)
    if isinstance(effect, AcceptTwice):
        return ledger.store(None, batch)
    if isinstance(effect, StoreAgain):
        once = ledger.store(key, batch)

        def honours_no_id(order: Armed[Stored]) -> bool:
            return isinstance(order.effect, AcceptTwice) and key is not None

        doubled = armory.act(STORE, honours_no_id, consumer=consumer, kind=kind, **asker())
        again = ledger.store(None if doubled else key, batch)
        return None if once is None and again is None else (once or 0) + (again or 0)
    part = max(1, int(batch.rows * effect.part))
    if isinstance(effect, StoreHalf):
        ledger.store(None, batch.first(part))
        raise HalfStored("internal error")
    ledger.store(key, batch.first(batch.rows - part), sent=batch)
    return batch.rows
