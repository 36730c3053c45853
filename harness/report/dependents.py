"""Who depends on a consumer of the chain, as the chain says it."""

from __future__ import annotations

from harness.checks.model.holdings import begin_event
from harness.history import History


def whose(night: History, consumer: str) -> str:
    """Its name, with its owner and how that is reached, where the chain says so: ``planning (planning-team)``."""
    told = begin_event(night).value["consumers"].get(consumer, {})
    owner = ", ".join(told[name] for name in ("owner", "contact") if name in told)
    return f"{consumer} ({owner})" if owner else consumer
