"""The incident desk: one book of pages, and a channel for each way in which they come."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from harness.contract import channels
from harness.contract.orders import Order
from harness.contract.plan import Plan
from harness.contract.points import DELIVER, REACH, TELL
from harness.mocks.core.mock import Mock
from harness.mocks.core.program import run
from harness.mocks.core.serving import serve
from harness.mocks.desk.channels.channel import Channel, other_methods, recorded
from harness.mocks.desk.channels.jira import Jira
from harness.mocks.desk.channels.mail import Mail
from harness.mocks.desk.channels.own import TAKERS, check_played, own_channels
from harness.mocks.desk.channels.pagerduty import PagerDuty
from harness.mocks.desk.channels.pages import Pages
from harness.mocks.desk.channels.servicenow import ServiceNow
from harness.mocks.desk.channels.slack import Slack
from harness.mocks.desk.channels.teams import Teams
from harness.mocks.desk.channels.webhook import Webhook
from harness.mocks.desk.page_book import Door, PageBook
from harness.mocks.desk.reach import Reach
from harness.mocks.desk.tls import server_context


class Desk(Mock):
    """The incident desk: it records who is told what, by which channel, and what is acknowledged and resolved."""

    component = "desk"
    points = (REACH, DELIVER, TELL)
    own_channel = Pages

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """A port for mail, and one at which the other channels are served over TLS, beside ``--port``."""
        parser.add_argument("--smtp-port", type=int, default=0, help="the port of mail (0: any)")
        parser.add_argument("--tls-port", type=int, default=0, help="the port of HTTPS (0: any)")

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._smtp_port, self._tls_port = options.smtp_port, options.tls_port
        self.book = PageBook(self)

    async def serve(self) -> dict[str, int]:
        """Pages in by every channel, pages out."""
        book, tls = self.book, server_context(self.dir)
        reach = Reach(self, book)
        self._mail = Mail(self, book, tls, reach)
        self._channels: Sequence[Channel] = [
            PagerDuty(book), ServiceNow(book), Slack(book), Teams(book), Jira(book), Webhook(book),
        ]  # fmt: skip
        routes = [*map(reach.of("pages"), self.own_channel(self, book).routes())]
        for channel in self._channels:
            routes += map(reach.of(channel.name), map(recorded(channel, book), channel.routes()))
        for own in own_channels(book):
            routes += map(reach.of(own.name), own.routes())
        routes.append(web.route("*", "/{path:.*}", self._nowhere))
        return {
            "desk": await serve(self, routes),
            "desk-tls": await serve(self, routes, self._tls_port, tls=tls),
            "smtp": await self._mail.listen(self._smtp_port),
        }

    async def reset(self, plan: Plan) -> None:
        """Forget the pages of the last night; this one's owners have addresses."""
        check_played(plan.takes)
        self._mail.reset()
        self.book.reset(plan)
        for channel in self._channels:
            channel.reset()

    def check(self, order: Order) -> None:
        """Refuse an order for a channel that there is not, or that nothing here plays."""
        channel = order.where.get("channel")
        if channel is not None and channel not in (known := (*channels.OURS, *TAKERS)):
            raise ValueError(f"channel: found {channel!r}, expected {' or '.join(known)}")

    def state(self) -> dict[str, Any]:
        """The pages so far."""
        return {"pages": self.book.pages}

    async def _nowhere(self, request: web.Request) -> web.Response:
        """A page that is sent to a path which no channel has is not lost without a trace."""
        methods = await other_methods(request)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            what = f"by {', '.join(methods)}, and not by {request.method}" if methods else "no channel has this path"
            self.book.refused(Door("none", request.path), "method" if methods else "path", what)
        if not methods:
            raise web.HTTPNotFound
        return web.Response(status=405, text="405: Method Not Allowed", headers={"Allow": ", ".join(methods)})


if __name__ == "__main__":
    run(Desk)
