"""The data side of a mock that speaks HTTP: an aiohttp server whose own mistakes surface in the history."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from harness.mocks.control import Mock

LARGEST_BODY_BYTES = 1 << 30
IDLE_CLOSE_S = 75.0
"""What common servers wait before they close an idle connection; without an end, nobody could ever be stuck."""


async def serve(mock: Mock, routes: list[web.AbstractRouteDef]) -> int:
    """Listen at the mock's address; the port."""

    @web.middleware
    async def surface(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            if refusal.content_type == "application/json":
                raise
            return web.json_response({"error": f"{refusal.status} {refusal.reason}: {request.path}"}, status=refusal.status)
        except (ConnectionError, asyncio.CancelledError):
            raise  # the client has gone, which is its own affair
        except Exception as error:  # noqa: BLE001 - a mistake of ours must reach the history, whatever it is
            mock.bug(f"{request.method} {request.path}", error)
            return web.json_response({"error": repr(error)}, status=500)

    app = web.Application(middlewares=[surface], client_max_size=LARGEST_BODY_BYTES)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=IDLE_CLOSE_S, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, mock.host, mock.port, backlog=1024)
    await site.start()
    server: Any = site._server
    port: int = server.sockets[0].getsockname()[1]
    return port


def refuse(status: int, error: str, **more: Any) -> web.Response:
    """An error as JSON."""
    return web.json_response({"error": error, **more}, status=status)
