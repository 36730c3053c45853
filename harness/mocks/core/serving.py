"""The data side of a mock that speaks HTTP: an aiohttp server whose own mistakes surface in the history."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from harness.mocks.core import heads
from harness.mocks.core.callers import asking
from harness.mocks.core.documents import MOST_VALUES, NoDocument, document
from harness.mocks.core.incoming import drop_rest, whole
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.texts import kept

if TYPE_CHECKING:
    import ssl

    from aiohttp.typedefs import Handler, Middleware

    from harness.mocks.core.mock import Mock

IDLE_CLOSE_S = 75.0
"""What common servers wait before they close an idle connection. It ends, so that a night can be found to be stuck."""

Said = Callable[[web.Request, Refusal], web.StreamResponse]
"""How a front end says no, in the shape of its protocol."""


def refuse(status: int, error: str, **more: Any) -> web.Response:
    """An error as JSON."""
    return web.json_response({"error": error, **more}, status=status)


def refused_in_json(_: web.Request, refusal: Refusal) -> web.Response:
    """A refusal as JSON that names the field: the shape of who has none of his own."""
    return refuse(refusal.status, str(refusal), field=refusal.field)


async def serve(
    mock: Mock,
    routes: list[web.RouteDef],
    port: int | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    said: Said = refused_in_json,
    middlewares: Sequence[Middleware] = (),
) -> int:
    """Listen at the mock's address, on its own port or another; the port. With ``tls``, for clients that speak it."""

    async def surface(request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse
        asking(callers.of(request.transport))
        try:
            heads.check(request)
            await mock.service_time.request(f"{request.method} {request.path}")
            answer = await routed(request)
        except Refusal as refusal:
            answer = said(request, refusal)
        except web.HTTPException as refusal:
            answer = refuse(refusal.status, f"{refusal.reason}: {request.method} {kept(request.path)}")
        except (ConnectionError, asyncio.CancelledError):
            raise  # the client has gone: no mistake of the mock
        except Exception as error:  # a mistake of the mock must reach the history, whatever it is
            mock.bug(f"{request.method} {request.path}", error)
            answer = refuse(500, repr(error))
        if not request.content.at_eof():
            await _answer_first(request, answer)
        return answer

    # Bodies stay as they came: a file that is put is what its client sent, and what is unpacked is bounded by us.
    app = web.Application(middlewares=middlewares)
    app.add_routes(routes)
    runner = web.AppRunner(
        app,
        access_log=None,
        keepalive_timeout=IDLE_CLOSE_S,
        handle_signals=False,
        auto_decompress=False,
        logger=_surfacing(mock),
    )
    await runner.setup()
    server = runner.server
    assert server is not None  # noqa: S101 - set up a line ago
    # Around all of it, and not as a middleware: aiohttp looks at a path and at what is expected before those.
    routed: Handler = server.request_handler
    server.request_handler = cast("Any", surface)
    site = web.TCPSite(runner, mock.host, mock.port if port is None else port, backlog=1024, ssl_context=tls)
    await site.start()
    listens: int = runner.addresses[0][1]
    callers = mock.callers(listens)
    return listens


async def _answer_first(request: web.Request, answer: web.StreamResponse) -> None:
    """Answer a request whose body is not all here, then take the rest of it, or end the connection."""
    await answer.prepare(request)
    await answer.write_eof()
    if not await drop_rest(request):
        answer.force_close()
        request.protocol.force_close()


class _ToHistory(logging.Handler):
    """What aiohttp logs: a request that it could not read is its client's mistake, all else is one of ours."""

    def __init__(self, mock: Mock) -> None:
        super().__init__()
        self._mock = mock

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(
            error, (HttpProcessingError, web.RequestPayloadError, ConnectionError, Refusal)
        ):
            self._mock.bug(record.getMessage(), error)


def _surfacing(mock: Mock) -> logging.Logger:
    logger = logging.Logger(f"aiohttp of {mock.component}")
    logger.addHandler(_ToHistory(mock))
    return logger


class Fields:
    """A JSON object that a client sent, asked field by field."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given

    def text(self, name: str, *, optional: bool = False) -> str | None:
        """A text that must not be empty, as much of it as is kept; None where it may be absent and is."""
        found = self.given.get(name)
        if found is None and optional:
            return None
        if not isinstance(found, str) or not found:
            raise Refusal(name, found=shown(found), expected="a text" + (" or null" if optional else ""))
        return kept(found)


async def fields_of(request: web.Request) -> Fields:
    """The JSON object in a request's body."""
    return fields_in(await whole(request))


def fields_in(body: bytes, *, most_values: int = MOST_VALUES) -> Fields:
    """The JSON object in a body."""
    try:
        given = document(body, most_values)
    except NoDocument as error:
        raise Refusal("body", found=str(error), expected="a JSON object") from None
    if not isinstance(given, dict):
        raise Refusal("body", found=shown(given), expected="a JSON object")
    return Fields(given)


def shown(found: Any) -> str:
    """What was found, short enough for an error."""
    if found is None:
        return "nothing"
    text = json.dumps(found)
    return text if len(text) <= 80 else f"{text[:77]}..."
