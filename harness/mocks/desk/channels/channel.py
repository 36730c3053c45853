"""What the desk asks of a channel, and the one way in which an HTTP channel says no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from aiohttp import web

from harness.mocks.core.incoming import DOCUMENT_BYTES, whole
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import fields_in
from harness.mocks.desk.page_book import Door, PageBook

CUT = "its sender hung up before all of it was here"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Channel(Protocol):
    """One way to the desk, over HTTP. ``name`` is what the history calls it."""

    name: str

    def routes(self) -> Iterable[web.RouteDef]:
        """What it serves; its own shape of "no such path" too, where its vendor has one."""

    def refused(self, request: web.Request, refusal: Refusal) -> web.StreamResponse:
        """A request that cannot be read, as its vendor says so."""

    def reset(self) -> None:
        """Begin a night: forget what the vendor would still know."""


def recorded(channel: Channel, book: PageBook) -> Callable[[web.RouteDef], web.RouteDef]:
    """The same route, whose requests that cannot be read are recorded, and answered in the channel's shape."""

    def of(route: web.RouteDef) -> web.RouteDef:
        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                return await _handled(route.handler, request)
            except Refusal as refusal:
                book.refused(Door(channel.name, request.path), refusal.field, str(refusal))
                return channel.refused(request, refusal)
            except ConnectionError:
                book.refused(Door(channel.name, request.path), "connection", CUT)
                raise

        return web.RouteDef(route.method, route.path, answered, route.kwargs)

    return of


async def json_object(request: web.Request, most: int = DOCUMENT_BYTES) -> dict[str, Any]:
    """The JSON object in a body."""
    return fields_in(await whole(request, most)).given


def says_json(request: web.Request) -> bool:
    """Whether a body is what its head says, JSON; ``curl -d`` says a form. A head that says nothing is believed."""
    return "Content-Type" not in request.headers or "json" in request.content_type


def require_json(request: web.Request) -> None:
    """Refuse a body that is said to be something else, whatever it is."""
    if not says_json(request):
        raise Refusal("Content-Type", found=request.content_type, expected="application/json", status=415)


async def other_methods(request: web.Request) -> list[str]:
    """What the path of a request is asked by, where it is not by the request's own method; empty: nothing is there."""
    found: set[str] = set()
    for resource in request.app.router.resources():
        _, methods = await resource.resolve(request)
        found |= methods
    return sorted(found - {"*"})


async def _handled(handler: object, request: web.Request) -> web.StreamResponse:
    called: Handler = handler  # type: ignore[assignment]  # aiohttp also knows views, of which there are none here
    return await called(request)
