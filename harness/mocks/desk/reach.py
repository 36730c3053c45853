"""Whether the desk can be reached: what comes to it is refused while it is down, and waits while it is slow."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from aiohttp import web

from harness.contract.effects.desk import Down
from harness.contract.points import REACH
from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.core.until import until
from harness.mocks.desk.channels.channel import Handler
from harness.mocks.desk.page_book import Door, PageBook

DOWN = "503 Service Unavailable"
GIVEN_UP = "its sender did not wait for the answer"


class Reach:
    """The point ``reach``, which every request passes, whatever its channel."""

    def __init__(self, mock: Mock, book: PageBook) -> None:
        self._armory = mock.armory
        self._book = book

    async def passes(self, channel: str) -> bool:
        """Return when the desk may work on what has come: whether it does."""
        for order in self._armory.act(REACH, channel=channel, **asker()):
            if isinstance(order.effect, Down):
                return False
            await until(time.time_ns() + order.effect.slow_ns)
        return True

    def of(self, channel: str) -> Callable[[web.RouteDef], web.RouteDef]:
        """The same route, as far as the desk can be reached; a 503 is the words of who stands before it."""

        def gated(route: web.RouteDef) -> web.RouteDef:
            handler = cast("Handler", route.handler)  # there are no views here

            async def reached(request: web.Request) -> web.StreamResponse:
                if not await self.passes(channel):
                    self._refused(channel, request, DOWN)
                    return web.Response(status=503, text=f"{DOWN}\n")
                if request.transport is None or request.transport.is_closing():
                    self._refused(channel, request, GIVEN_UP)
                    raise ConnectionResetError(GIVEN_UP)
                return await handler(request)

            return web.RouteDef(route.method, route.path, reached, route.kwargs)

        return gated

    def _refused(self, channel: str, request: web.Request, why: str) -> None:
        if request.method != "GET":
            self._book.refused(Door(channel, request.path), "desk", why)
