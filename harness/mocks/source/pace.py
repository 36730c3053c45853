"""How long the source takes to answer: where faults make it slow, or silent for good."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock, until

SLOW = "sftp"
"""The front end that passes the point ``answer``, and ``request`` within a file. The others answer with one stream of
HTTP, which the wire can slow down, hang or reset at any byte."""


class Hushed(Exception):
    """The silence is over because its fault was taken out: nobody waits for an answer any more, so none is given."""


class Pace:
    """The point ``answer`` of the source, passed before each answer of a front end that can be slow.

    ``{"delay_ns": n}`` makes an answer late, ``{"silence": true}`` keeps it back. ``after_bytes`` moves either into a
    transfer: it acts on the answer that goes beyond so many bytes of the file.
    """

    def __init__(self, mock: Mock) -> None:
        self._armory = mock.armory
        self._silent: dict[int, tuple[Order, asyncio.Event]] = {}

    async def wait(self, via: str, operation: str, name: str = "", *, reaches: int | None = None) -> None:
        """Return when the answer may be given; `Hushed` when it must not. ``reaches``: the byte that it goes up to."""
        for order in self._armory.struck(
            "answer", lambda order: reached(order.effect, reaches), via=via, operation=operation, name=name
        ):
            if "delay_ns" in order.effect:
                await until(time.time_ns() + order.effect["delay_ns"])
            else:
                over = asyncio.Event()
                self._silent[id(over)] = order, over
                try:
                    await over.wait()
                finally:
                    del self._silent[id(over)]
                raise Hushed

    def release(self, order: Order | None = None) -> None:
        """End the silence that an order keeps; without one, every silence."""
        for keeper, over in self._silent.values():
            if order in (None, keeper):
                over.set()


def reached(effect: Mapping[str, Any], reaches: int | None) -> bool:
    """Whether an effect acts here: one with ``after_bytes`` within the content, any other where a request begins."""
    after = effect.get("after_bytes")
    return after is None if reaches is None else after is not None and reaches > after


def check(effect: Mapping[str, Any], where: Mapping[str, Any]) -> None:
    """Refuse an effect on an answer that there is not; ValueError names what was found."""
    if where.get("via", SLOW) != SLOW:
        raise ValueError(
            f"answer: found via={where['via']!r}, but {SLOW} alone passes this point; use the wire's drip or hang"
        )
    if ("delay_ns" in effect) == (effect.get("silence") is True):
        raise ValueError(f"answer: found {sorted(effect)}, expected either 'delay_ns' or 'silence'")
    if "delay_ns" in effect and not (isinstance(effect["delay_ns"], int) and effect["delay_ns"] > 0):
        raise ValueError(f"answer: found delay_ns={effect['delay_ns']!r}, expected nanoseconds above zero")
    check_after(effect, where)


def check_after(effect: Mapping[str, Any], where: Mapping[str, Any]) -> None:
    """Refuse an ``after_bytes`` that is no number of bytes, or that no front end would come to."""
    if "after_bytes" in effect and where.get("via", SLOW) != SLOW:
        raise ValueError(f"after_bytes: found via={where['via']!r}, but {SLOW} alone knows a request within a file")
    after = effect.get("after_bytes", 0)
    if not isinstance(after, int) or isinstance(after, bool) or after < 0:
        raise ValueError(f"found after_bytes={after!r}, expected a number of bytes")
