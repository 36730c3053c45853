"""Where faults make the source slow to answer, or silent for good."""

from __future__ import annotations

import asyncio
import time

from harness.contract.effects.source import Answer, Delay, Refuse
from harness.contract.orders import Order
from harness.contract.points import ANSWER
from harness.contract.protocols import Operation, Protocol
from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.until import until

SLOW: Protocol = "sftp"
"""The front end that passes the point ``answer``, and ``request`` within a file. The others answer with one stream of
HTTP, which the wire can slow down, hang or reset at any byte."""


class SilenceOver(Exception):
    """The silence is over because its fault was taken out: the client has stopped waiting, so no answer is given."""


class Pace:
    """The point ``answer`` of the source, passed before each answer of a front end that can be slow.

    A delay makes an answer late, a silence keeps it back. ``after_bytes`` moves either into a transfer: it acts on the
    answer that goes beyond so many bytes of the file.
    """

    def __init__(self, mock: Mock) -> None:
        self._armory = mock.armory
        self._service_time = mock.service_time
        self._silent: dict[int, tuple[Armed[Answer], asyncio.Event]] = {}

    async def wait(self, via: Protocol, operation: Operation, name: str = "", *, reaches: int | None = None) -> None:
        """Return when the answer may be given; `SilenceOver` when it must not. ``reaches``: its end in the file."""
        if reaches is None:
            await self._service_time.request(f"{operation} {name}")
        for order in self._armory.act(
            ANSWER, lambda order: reached(order.effect, reaches), via=via, operation=operation, name=name, **asker()
        ):
            if isinstance(order.effect, Delay):
                await until(time.time_ns() + order.effect.delay_ns)
            else:
                over = asyncio.Event()
                self._silent[id(over)] = order, over
                try:
                    await over.wait()
                finally:
                    del self._silent[id(over)]
                raise SilenceOver

    def release(self, order: Armed[Answer] | None = None) -> None:
        """End the silence that an order keeps; without one, every silence."""
        kept_back = [over for keeper, over in self._silent.values() if order in (None, keeper)]
        if order is not None:
            self._armory.ended.let_go(order, len(kept_back))
        for over in kept_back:
            over.set()


def reached(effect: Answer | Refuse, reaches: int | None) -> bool:
    """Whether an effect acts here: one with ``after_bytes`` within the content, any other where a request begins."""
    after = effect.after_bytes
    return after is None if reaches is None else after is not None and reaches > after


def check(order: Order) -> None:
    """Refuse an order for answers of a front end that does not pass this point."""
    via = order.where.get("via", SLOW)
    if via != SLOW:
        raise ValueError(f"answer: found via={via!r}, but {SLOW} alone passes this point; use the wire's drip or hang")


def check_after(order: Order) -> None:
    """Refuse an ``after_bytes`` for a front end that does not know requests within a file."""
    via = order.where.get("via", SLOW)
    if order.effect.after_bytes is not None and via != SLOW:
        raise ValueError(f"after_bytes: found via={via!r}, but {SLOW} alone knows a request within a file")
