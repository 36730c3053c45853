"""A consumer of the chain, as the mocks get it."""

from __future__ import annotations

from harness.chain.model import Chain
from harness.contract.consumers import PlannedConsumer, PlannedHttp


def planned_consumer(chain: Chain, name: str) -> PlannedConsumer:
    """What its kind needs to know."""
    consumer = chain.consumers[name]
    return PlannedHttp(key=consumer.key, volatile=consumer.volatile)
