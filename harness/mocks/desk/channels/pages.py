"""The desk's own channel: a page as JSON, which says owner, job, cause and text by these names.

The scheduler's rules page by it, and jobs that have no vendor's client. An unknown owner is paged like any other: a
desk takes the call, and the check judges it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import fields_of, refused_in_json
from harness.mocks.desk.channels.channel import CUT
from harness.mocks.desk.page_book import PageBook


class Pages:
    """``POST /pages`` and ``GET /pages``, which shows what came by any channel."""

    def __init__(self, mock: Mock, book: PageBook) -> None:
        self._record = mock.recorder.record
        self._book = book

    def routes(self) -> Iterable[web.RouteDef]:
        """Pages in, pages out."""
        return [web.post("/pages", self._page), web.get("/pages", self._shown)]

    async def _page(self, request: web.Request) -> web.Response:
        try:
            given = await fields_of(request)
            page: dict[str, Any] = {name: given.text(name) for name in ("owner", "job", "cause", "text")}
            page |= {"runbook": given.text("runbook", optional=True)}
        except Refusal as refusal:
            self._record("fail", "page", {"field": refusal.field} | asker(), error=str(refusal))
            return refused_in_json(request, refusal)
        except ConnectionError:
            self._record("fail", "page", {"field": "connection"} | asker(), error=CUT)
            raise
        self._record("invoke", "page", {"owner": page["owner"], "job": page["job"]} | asker())
        number = 0
        for _ in range(self._book.deliveries("pages", page)):
            number = self._book.keep(page)
        return web.json_response({"id": number or len(self._book.pages) + 1}, status=201)

    async def _shown(self, _: web.Request) -> web.Response:
        return web.json_response({"pages": self._book.pages})
