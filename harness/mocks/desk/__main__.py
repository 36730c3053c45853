"""The incident desk: it takes pages and shows them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from harness.contract.plan import Plan
from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.core.program import run
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import fields_of, refused_in_json, serve


class Desk(Mock):
    """The incident desk: it records each page, with its owner, cause and text."""

    component = "desk"

    async def serve(self) -> dict[str, int]:
        """Pages in, pages out."""
        self._pages: list[dict[str, Any]] = []
        routes = [web.post("/pages", self._page), web.get("/pages", self._shown)]
        return {"desk": await serve(self, routes)}

    async def reset(self, _: Plan) -> None:
        """Forget the pages of the last night."""
        self._pages.clear()

    def state(self) -> dict[str, Any]:
        """The pages so far."""
        return {"pages": self._pages}

    async def _page(self, request: web.Request) -> web.Response:
        # An unknown owner is paged like any other: a desk takes the call, and the check judges it.
        try:
            given = await fields_of(request)
            page = {name: given.text(name) for name in ("owner", "job", "cause", "text")}
            page |= {"runbook": given.text("runbook", optional=True)}
        except Refusal as refusal:
            self.recorder.record("fail", "page", {"field": refusal.field} | asker(), error=str(refusal))
            return refused_in_json(request, refusal)
        self.recorder.record("invoke", "page", {"owner": page["owner"], "job": page["job"]} | asker())
        self.recorder.record("ok", "page", page | asker())
        self._pages.append({"id": len(self._pages) + 1, **page})
        return web.json_response({"id": len(self._pages)}, status=201)

    async def _shown(self, _: web.Request) -> web.Response:
        return web.json_response({"pages": self._pages})


if __name__ == "__main__":
    run(Desk)
