"""A desk as it must not be: what a client leaves out is a bug of the desk."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from harness.mocks.core.program import run
from harness.mocks.core.serving import Fields, fields_of
from harness.mocks.desk.__main__ import Desk
from harness.mocks.desk.channels.pages import Pages


class Careless(Pages):
    async def _page(self, request: web.Request) -> web.Response:
        given: dict[str, Any] = (await fields_of(request)).given
        page = {name: given[name] for name in ("owner", "job", "cause", "text")}
        assert Fields(page).text("owner")
        return web.json_response({"id": len(page)}, status=201)


class DeskWithADefect(Desk):
    own_channel = Careless


if __name__ == "__main__":
    run(DeskWithADefect)
