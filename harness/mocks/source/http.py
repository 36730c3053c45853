"""The source's HTTP front end: a listing, files, and what their senders put beside them."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from harness.mocks.control import Mock, until
from harness.mocks.serving import refuse, serve
from harness.mocks.source.gate import Gate, Refusal
from harness.mocks.source.held import MANIFEST
from harness.mocks.source.store import Store
from harness.mocks.source.transfer import RangeRefused, Transfer, http_date

VIA = "http"
REFUSALS = {
    "unavailable": 503,
    "internal_error": 500,
    "throttled": 429,
    "forbidden": 403,
    "login_refused": 401,
    "session_expired": 401,
    "token_expired": 401,
}
"""What a refusal at the gate becomes (RFC 9110; 429: RFC 6585)."""

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

    async def _listing(self, request: web.Request) -> web.StreamResponse:
        self._event(request, "invoke", "files/", "listing")
        refusal = self._gate.refusal(VIA, "list")
        endless = refusal is not None and refusal.kind == "endless_listing"
        if refusal is not None and not endless:
            return self._refused(request, "files/", "listing", refusal)
        if refusal is not None:
            await until(time.time_ns() + refusal.every_ns)
        files = []
        for entry in self._store.entries(VIA):
            if entry.what == "file":
                sight = self._store.sight(entry)
                files.append({"name": entry.name, "size": sight.present, "last_modified": http_date(sight.modified_ns)})
        page = int(request.query.get("page", "1"))
        response = web.json_response({"files": files} | ({"next": f"/files/?page={page + 1}"} if endless else {}))
        size = len(response.body) if isinstance(response.body, bytes) else 0
        self._event(request, "ok", "files/", "listing", {"bytes": size, "complete": True})
        return response

    async def _entry(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        refusal = self._gate.refusal(VIA, "stat" if request.method == "HEAD" else "get", name)
        if refusal is not None and refusal.kind in REFUSALS:
            what, asked = ("manifest", name.removesuffix(MANIFEST)) if name.endswith(MANIFEST) else ("file", name)
            self._event(request, "invoke", asked, what)
            return self._refused(request, asked, what, refusal)
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

    def _refused(self, request: web.Request, name: str, what: str, refusal: Refusal) -> web.Response:
        status = REFUSALS[refusal.kind]
        words = refusal.kind.replace("_", " ")
        self._event(request, "fail", name, what, error=f"{status}: {words}")
        answer = refuse(status, words)
        if refusal.retry_after_s is not None:
            answer.headers["Retry-After"] = str(refusal.retry_after_s)
        if status == 401:
            expired = ', error="invalid_token", error_description="expired"' if "expired" in refusal.kind else ""
            answer.headers["WWW-Authenticate"] = f'Bearer realm="source"{expired}'
        return answer

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
