"""The scheduler's REST API under ``/api``, as the vendor's clients know it: names in any case, tokens, error arrays."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiohttp import web

from harness.mocks.core.incoming import whole
from harness.mocks.core.refusal import Refusal
from harness.mocks.scheduler.api import acting, building, daily, identity, masters, outputs, shared
from harness.mocks.scheduler.api.api_tokens import EXPIRED
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Reply
from harness.mocks.scheduler.api.failure import Failure
from harness.mocks.scheduler.api.openapi import document
from harness.mocks.scheduler.api.store import Store
from harness.mocks.scheduler.monitor import Monitor
from harness.mocks.scheduler.timing.local_time import wire_time

ENDPOINTS: list[Endpoint] = [
    *identity.ENDPOINTS,
    *daily.ENDPOINTS,
    *acting.ENDPOINTS,
    *building.ENDPOINTS,
    *outputs.ENDPOINTS,
    *shared.ENDPOINTS,
    *masters.ENDPOINTS,
]


class Api:
    """Answers calls for the monitor of the night; the monitor knows nothing of the API."""

    def __init__(self, monitor: Callable[[], Monitor | None]) -> None:
        self._monitor = monitor
        self._store: Store | None = None
        self._stored_for: Monitor | None = None
        self._document = document(ENDPOINTS, identity.VERSION)
        self._by_length: dict[int, list[Endpoint]] = {}
        for endpoint in sorted(ENDPOINTS, key=lambda one: one.path.count("{")):
            self._by_length.setdefault(len(endpoint.path.strip("/").split("/")), []).append(endpoint)

    def routes(self) -> list[web.RouteDef]:
        """One route for all: the router would tell cases apart."""
        return [web.route("*", r"/{path:[\s\S]*}", self._answer)]

    def said(self, request: web.Request, refusal: Refusal) -> web.Response:
        """A client's mistake in the API's shape."""
        return Failure(refusal.status, str(refusal)).response(request.path)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            reply = await self._reply(request)
        except Failure as failure:
            return failure.response(request.path)
        monitor = self._monitor()
        headers = dict(reply.headers)
        if monitor is not None:
            headers["apiServerTime"] = wire_time(time.time_ns(), monitor.context.plan.timezone)
        if isinstance(reply.content, list):
            headers.setdefault("TotalResourceCount", str(len(reply.content)))
        if reply.raw is not None:
            return web.Response(body=reply.raw, status=reply.status, headers=headers, content_type="application/json")
        return web.json_response(reply.content, status=reply.status, headers=headers)

    async def _reply(self, request: web.Request) -> Reply:
        root, *segments = request.rel_url.raw_path.strip("/").split("/")
        if root.lower() != "api":
            raise Failure(404, "there is no such resource; the API is under /api")
        if [segment.lower() for segment in segments] == ["openapi.json"] and request.method == "GET":
            return Reply(self._document)
        endpoint, path = self._matched(request.method, segments)
        monitor = self._monitor()
        if monitor is None and endpoint.always:
            return identity.version()
        if monitor is None:
            raise Failure(503, "no night has been planned yet")
        store = self._store_of(monitor)
        token = store.tokens.of_header(request.headers.get("Authorization", ""))
        if token is None and not endpoint.free:
            raise Failure(401, EXPIRED)
        query = {name.lower(): value for name, value in request.query.items()}
        body = endpoint.read(await whole(request))
        reply = endpoint.answer(Call(monitor, path, query, body, token, store))
        if reply.status == 200:
            reply.status = endpoint.status
        monitor.turn()
        return reply

    def _matched(self, method: str, segments: list[str]) -> tuple[Endpoint, dict[str, str]]:
        """The endpoint of a method and path; those without variable parts go before those with."""
        others: list[Endpoint] = []
        for endpoint in self._by_length.get(len(segments), ()):
            path = endpoint.match(segments)
            if path is not None and endpoint.method == method:
                return endpoint, path
            if path is not None:
                others.append(endpoint)
        if others:
            allowed = ", ".join(one.method for one in others if one.path == others[0].path)
            raise Failure(405, f"{method} is not allowed here; allowed: {allowed}", allow=allowed)
        raise Failure(404, "there is no such resource")

    def _store_of(self, monitor: Monitor) -> Store:
        if self._store is None or self._stored_for is not monitor:
            self._store, self._stored_for = Store(monitor), monitor
        return self._store
