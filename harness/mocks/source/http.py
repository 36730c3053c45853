"""The source's HTTP front end: a listing, files, and what their senders put beside them."""

from __future__ import annotations

from aiohttp import web

from harness.mocks.control import Mock
from harness.mocks.serving import refuse, serve
from harness.mocks.source.gate import Gate
from harness.mocks.source.retrieval import Retrievals, glanced_range
from harness.mocks.source.store import Store
from harness.mocks.source.transfer import Account, RangeRefused, Transfer, http_date, name_and_what

VIA = "http"
_TYPES = {"file": "application/octet-stream", "manifest": "application/json", "flag": "text/plain"}


class HttpFrontEnd:
    """``GET /files/``, ``GET /files/NAME`` (with Range), ``GET /files/NAME.manifest.json``; HEAD alike."""

    def __init__(self, mock: Mock, store: Store, gate: Gate) -> None:
        self._mock = mock
        self._store = store
        self._gate = gate
        self._retrievals = Retrievals(store)

    async def listen(self, port: int) -> int:
        """Start; the port."""
        return await serve(
            self._mock, [web.get("/files/", self._listing), web.get("/files/{name:.+}", self._entry)], port
        )

    async def _listing(self, request: web.Request) -> web.StreamResponse:
        account = Account(self._mock, self._store, request, VIA, "files/", "listing")
        account.begin()
        files = []
        for entry in self._store.entries(VIA):
            if entry.what == "file":
                sight = self._store.sight(entry)
                files.append({"name": entry.name, "size": sight.present, "last_modified": http_date(sight.modified_ns)})
        response = web.json_response({"files": files})
        account.ok(len(response.body) if isinstance(response.body, bytes) else 0, complete=True)
        return response

    async def _entry(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        entry = self._store.find(VIA, name)
        named, what = name_and_what(name, entry)
        account = Account(self._mock, self._store, request, VIA, named, what)
        account.begin()
        if entry is None:
            account.fail("404: not there")
            return refuse(404, f"{named} is not there", name=named)
        sight = self._store.sight(entry)
        if request.method == "HEAD":
            self._retrievals.end(entry.name)
        elif "Range" in request.headers:
            sight = self._retrievals.part(entry, *glanced_range(request, sight))
        else:
            sight = self._retrievals.whole(entry)
        headers = {
            "Content-Type": _TYPES[entry.what],
            "Accept-Ranges": "bytes",
            "ETag": f'"{sight.stated["sha256"][:32]}"',
            "Last-Modified": http_date(sight.modified_ns),
        }
        try:
            return await Transfer(request, account).send(sight, headers)
        except RangeRefused as refused:
            return web.json_response({"error": str(refused)}, status=416, headers=refused.headers)
