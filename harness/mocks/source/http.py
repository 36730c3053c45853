"""The source's HTTP front end: a listing, files, and what their senders put beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from harness.mocks.control import Mock
from harness.mocks.serving import refuse, serve
from harness.mocks.source.gate import Gate
from harness.mocks.source.held import MANIFEST
from harness.mocks.source.store import Store
from harness.mocks.source.transfer import RangeRefused, Transfer, http_date

VIA = "http"
_TYPES = {"file": "application/octet-stream", "manifest": "application/json", "flag": "text/plain"}


class HttpFrontEnd:
    """``GET /files/``, ``GET /files/NAME`` (with Range), ``GET /files/NAME.manifest.json``; HEAD alike."""

    def __init__(self, mock: Mock, store: Store, gate: Gate) -> None:
        self._mock = mock
        self._store = store
        self._gate = gate

    async def listen(self, port: int) -> int:
        """Start; the port."""
        return await serve(
            self._mock, [web.get("/files/", self._listing), web.get("/files/{name:.+}", self._entry)], port
        )

    async def reset(self, _: Mapping[str, Any]) -> None:
        """Nothing outlives a request."""

    async def _listing(self, request: web.Request) -> web.StreamResponse:
        self._event(request, "invoke", "files/", "listing")
        files = []
        for entry in self._store.entries(VIA):
            if entry.what == "file":
                sight = self._store.sight(entry)
                files.append({"name": entry.name, "size": sight.present, "last_modified": http_date(sight.modified_ns)})
        response = web.json_response({"files": files})
        size = len(response.body) if isinstance(response.body, bytes) else 0
        self._event(request, "ok", "files/", "listing", {"bytes": size, "complete": True})
        return response

    async def _entry(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        entry = self._store.find(VIA, name)
        if entry is None:
            return self._missing(request, name)
        transfer = Transfer(self._mock, self._store, request, entry)
        transfer.event("invoke")
        sight = self._store.sight(entry) if request.method == "HEAD" else self._store.take(entry)
        headers = {
            "Content-Type": _TYPES[entry.what],
            "Accept-Ranges": "bytes",
            "ETag": f'"{sight.stated["sha256"][:32]}"',
            "Last-Modified": http_date(sight.modified_ns),
        }
        try:
            return await transfer.send(sight, headers)
        except RangeRefused as refused:
            return web.json_response({"error": str(refused)}, status=416, headers=refused.headers)

    def _missing(self, request: web.Request, name: str) -> web.Response:
        what, name = ("manifest", name.removesuffix(MANIFEST)) if name.endswith(MANIFEST) else ("file", name)
        self._event(request, "invoke", name, what)
        self._event(request, "fail", name, what, error="404: not there")
        return refuse(404, f"{name} is not there", name=name)

    def _event(
        self,
        request: web.Request,
        type: Any,  # noqa: A002 - the event's field is called type
        name: str,
        what: str,
        more: dict[str, Any] | None = None,
        *,
        error: str | None = None,
    ) -> None:
        if request.method != "HEAD":
            value = {"name": name, "what": what, "via": VIA} | (more or {})
            self._mock.recorder.record(type, "serve", value, error=error)
