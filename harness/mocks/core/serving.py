"""The data side of a mock that speaks HTTP: an aiohttp server whose own mistakes surface in the history."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    import ssl

    from aiohttp.typedefs import Handler

    from harness.mocks.core.mock import Mock

LARGEST_BODY_BYTES = 1 << 30
IDLE_CLOSE_S = 75.0
"""What common servers wait before they close an idle connection. It ends, so that a night can be found to be stuck."""


async def serve(
    mock: Mock, routes: list[web.RouteDef], port: int | None = None, *, tls: ssl.SSLContext | None = None
) -> int:
    """Listen at the mock's address, on its own port or another; the port. With ``tls``, for clients that speak it."""

    @web.middleware
    async def surface(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            return refuse(refusal.status, f"{refusal.reason}: {request.method} {request.path}")
        except (ConnectionError, asyncio.CancelledError):
            raise  # the client has gone: no mistake of the mock
        except Exception as error:  # a mistake of the mock must reach the history, whatever it is
            mock.bug(f"{request.method} {request.path}", error)
            return refuse(500, repr(error))

    app = web.Application(middlewares=[surface], client_max_size=LARGEST_BODY_BYTES)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=IDLE_CLOSE_S, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, mock.host, mock.port if port is None else port, backlog=1024, ssl_context=tls)
    await site.start()
    listens: int = runner.addresses[0][1]
    return listens


def refuse(status: int, error: str, **more: Any) -> web.Response:
    """An error as JSON."""
    return web.json_response({"error": error, **more}, status=status)


class Refusal(Exception):
    """A request of the wrong shape: the field, what was found there, what was expected."""

    def __init__(self, field: str, *, found: str, expected: str) -> None:
        self.field = field
        super().__init__(f"{field}: found {found}, expected {expected}")

    def response(self) -> web.Response:
        """The 400 that names the field."""
        return refuse(400, str(self), field=self.field)


class Fields:
    """A JSON object that a client sent, asked field by field."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given

    def text(self, name: str, *, optional: bool = False) -> str | None:
        """A text that must not be empty; None where it may be absent and is."""
        found = self.given.get(name)
        if found is None and optional:
            return None
        if not isinstance(found, str) or not found:
            raise Refusal(name, found=shown(found), expected="a text" + (" or null" if optional else ""))
        return found


async def fields_of(request: web.Request) -> Fields:
    """The JSON object in a request's body."""
    return fields_in(await request.read())


def fields_in(body: bytes) -> Fields:
    """The JSON object in a body."""
    try:
        given = json.loads(body, parse_constant=_no_number)
    except ValueError as error:
        raise Refusal("body", found=f"no JSON ({error})", expected="a JSON object") from None
    if not isinstance(given, dict):
        raise Refusal("body", found=shown(given), expected="a JSON object")
    return Fields(given)


def shown(found: Any) -> str:
    """What was found, short enough for an error."""
    if found is None:
        return "nothing"
    text = json.dumps(found)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
