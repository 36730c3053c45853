"""Where faults meet the consumers' exchanges: each kind asks at three moments of each, and does what it hears."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from harness.contract.consumers import SPOKEN_BY, ConsumerKind, ConsumerOperation, spoken_as
from harness.contract.effects.consumers import Exchange, FailOver, LoseAnswer, OtherSession, Refuse, Reset, Stall, When
from harness.contract.orders import Order
from harness.contract.points import EXCHANGE
from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.until import until

Broken = Refuse | Reset | LoseAnswer | OtherSession | FailOver
"""How an exchange ends early; or what a database does beside it, which only a gate of its kind hears."""


class Gate:
    """The point ``exchange`` of the consumers of one kind."""

    def __init__(self, mock: Mock, kind: ConsumerKind) -> None:
        self._armory = mock.armory
        self._kind: ConsumerKind = kind
        self._kept_back: dict[int, tuple[Armed[Any], asyncio.Event]] = {}

    async def passes(
        self,
        consumer: str,
        operation: ConsumerOperation,
        when: When,
        applies: Callable[[Exchange], bool] = lambda _: True,
    ) -> Broken | None:
        """Return when the exchange may go on (None), or how it ends here; of effects that do not apply none acts."""
        where = {"consumer": consumer, "kind": self._kind, "operation": operation, "when": when}
        orders = self._armory.act(EXCHANGE, lambda order: applies(order.effect), **where, **asker())
        acting = [(order, order.effect) for order in orders]
        for order, effect in acting:
            if not isinstance(effect, Stall):
                return effect
            if effect.stall_ns is None:
                await self._until_taken_out(order)
                return Reset()
            await until(time.time_ns() + effect.stall_ns)
        return None

    def would_act(
        self, consumer: str, operation: ConsumerOperation, when: When, applies: Callable[[Exchange], bool]
    ) -> bool:
        """Whether something would act on an exchange now; nothing is counted."""
        where = {"consumer": consumer, "kind": self._kind, "operation": operation, "when": when}
        return any(applies(order.effect) for order in self._armory.would_act(EXCHANGE, **where, **asker()))

    def release(self, order: Armed[Any] | None = None) -> None:
        """Let go of the exchanges that an order keeps back; without one, of all."""
        kept_back = [over for keeper, over in self._kept_back.values() if order in (None, keeper)]
        if order is not None:
            self._armory.ended.let_go(order, len(kept_back))
        for over in kept_back:
            over.set()

    async def _until_taken_out(self, order: Armed[Any]) -> None:
        over = asyncio.Event()
        self._kept_back[id(over)] = order, over
        try:
            await over.wait()
        finally:
            del self._kept_back[id(over)]


def check(order: Order) -> None:
    """Refuse an order that does not say at which moment, and a refusal that a kind has no words for."""
    if "when" not in order.where:
        raise ValueError("exchange: found no 'when', expected asked, before_commit or after_commit: each is passed")
    kind = order.where.get("kind")
    if isinstance(order.effect, OtherSession | FailOver) and kind != "postgres":
        raise ValueError(f"{order.fault}: found kind={kind!r}, expected 'postgres': no other consumer is a database")
    if isinstance(order.effect, Refuse) and kind is not None:
        known = SPOKEN_BY[spoken_as(kind)]
        if order.effect.refuse not in known:
            raise ValueError(f"refuse: found {order.effect.refuse!r} for kind={kind!r}, expected {' or '.join(known)}")
