"""Where faults meet what jobs take from a queue: just before the server hears of it, and at the server itself.

So what a job is told is the server's own answer: a group that went back to where it was, as after a failover to a
replica that had not heard of the last acknowledgements; a message that another worker has put back behind the others; a
group that is gone.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from harness.contract.effects.consumers import Lose, PutBehind, Redeliver, Taken
from harness.contract.points import TAKE
from harness.mocks.consumers.queue.admin import Admin
from harness.mocks.consumers.queue.exchange import Exchange
from harness.mocks.consumers.queue.journal import Journal
from harness.mocks.consumers.queue.resp import ServerError
from harness.mocks.consumers.queue.takings import Taking, handed
from harness.mocks.core.armed import Armory
from harness.mocks.core.callers import asker
from harness.mocks.core.order import Armed

REMEMBERED = 1_000
"""Messages of a list or a group that can be handed out again."""

FIRST = b"0-0"


class Deliveries:
    """The point ``take``. What it does to the server is no arrival, and is left out of its log."""

    def __init__(self, armory: Armory, admin: Admin, journal: Journal, names: Mapping[bytes, tuple[str, ...]]) -> None:
        self._armory, self._admin, self._journal, self._names = armory, admin, journal, names
        self._handed: dict[tuple[bytes, bytes], deque[bytes]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    async def before(self, exchange: Exchange) -> None:
        """Let faults act on what is about to be handed out."""
        taking = exchange.taking
        if taking is None:
            return
        for name in self._names[taking.key]:
            where = {"consumer": name, "kind": "queue"} | asker()
            if not self._armory.at_point(TAKE, **where):
                continue
            try:
                acting = await self._acting(taking, where)
            except ServerError:  # it is taken from as what it is not, which the server says
                return
            for order in acting:
                await self._act(order.effect, taking)

    def after(self, exchange: Exchange, answer: bytes) -> None:
        """Keep in mind what was handed out."""
        taking = exchange.taking
        if taking is None or taking.after or answer.startswith(b"-"):
            return
        names = self._names[taking.key]
        if any(self._armory.at_point(TAKE, consumer=name, kind="queue", **asker()) for name in names):
            self._handed[taking.place].extend(handed(exchange.command, taking, answer))

    async def _acting(self, taking: Taking, where: dict[str, str]) -> Sequence[Armed[Taken]]:
        group = await self._group(taking)
        again = await self._there([*self._handed[taking.place]], taking)
        waiting = await self._waiting(taking, group)

        def applies(order: Armed[Taken]) -> bool:
            match order.effect:
                case Redeliver():
                    return bool(again) and (bool(taking.end) or group is not None)
                case PutBehind(messages=messages):
                    return len(waiting) > messages
                case Lose():
                    return group is not None
            raise AssertionError(order.effect)

        return self._armory.act(TAKE, applies, **where)

    async def _act(self, effect: Taken, taking: Taking) -> None:
        key = taking.key
        match effect:
            case Redeliver(messages=messages):
                taken = self._handed[taking.place]
                again = [taken.pop() for _ in range(min(messages, len(taken)))]  # the last first
                if taking.end and again:
                    await self._change(key, (f"{taking.end[0]}PUSH", key, *again))
                elif again:
                    before = await self._admin.ask("XREVRANGE", key, b"(" + again[-1], "-", "COUNT", 1)
                    await self._change(key, ("XGROUP", "SETID", key, taking.group, before[0][0] if before else FIRST))
            case PutBehind(messages=messages):
                waiting = await self._waiting(taking, await self._group(taking), messages)
                if taking.end:
                    other = "RIGHT" if taking.end == "LEFT" else "LEFT"
                    await self._change(key, *[("LMOVE", key, key, taking.end, other)] * messages)
                else:
                    moved = [(("XADD", key, "*", *fields), ("XDEL", key, number)) for number, fields in waiting]
                    await self._change(key, *(request for both in moved for request in both))
            case Lose(lose="group"):
                await self._change(key, ("XGROUP", "DESTROY", key, taking.group))
            case Lose():
                await self._change(key, ("DEL", key))

    async def _change(self, key: bytes, *requests: tuple[bytes | str | int, ...]) -> None:
        """All of it at once, which is one change in the log; what it sets free of others' waits is theirs."""
        if not requests:
            return
        name = str(requests[0][0])
        await self._admin.ask("MULTI")
        for request in requests:
            await self._admin.ask(*request)
        await self._admin.ask("EXEC")
        self._journal.leave_out(name.encode(), key)

    async def _group(self, taking: Taking) -> bytes | None:
        """The number of the entry that a group was handed last; None without one."""
        try:
            told = await self._admin.ask("XINFO", "GROUPS", taking.key) if taking.group else ()
        except ServerError:  # there is no such stream
            return None
        groups = [dict(zip(one[::2], one[1::2], strict=True)) for one in told]
        return next((one[b"last-delivered-id"] for one in groups if one[b"name"] == taking.group), None)

    async def _there(self, again: list[bytes], taking: Taking) -> list[bytes]:
        """Which can be handed out again: of a stream, those that nobody has deleted."""
        if taking.end or not again:
            return again
        taken = self._handed[taking.place]
        while taken and not await self._admin.ask("XRANGE", taking.key, taken[-1], taken[-1]):
            taken.pop()
        return [*taken]

    async def _waiting(self, taking: Taking, group: bytes | None, most: int = REMEMBERED) -> list[Any]:
        """What is to be handed out next, so many messages at most."""
        if taking.end:
            return list(await self._admin.ask("LRANGE", taking.key, 0, most - 1))
        after = taking.after or group
        if after is None or not after[:1].isdigit():
            return []
        return list(await self._admin.ask("XRANGE", taking.key, b"(" + after, "+", "COUNT", most))
