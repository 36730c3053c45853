"""What clients change over HTTP: files put, and taken away."""

from __future__ import annotations

from aiohttp import web

from harness.mocks.core.serving import refuse
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.http import VIA
from harness.mocks.source.http.access import Access
from harness.mocks.source.http.reading import tag_of
from harness.mocks.source.over_http.receiving import received
from harness.mocks.source.store.store import Store

FORM = "multipart/form-data"


class Writing:
    """``PUT``, ``POST`` and ``DELETE /files/NAME``."""

    def __init__(self, store: Store, gate: Gate, access: Access) -> None:
        self._store, self._gate, self._access = store, gate, access

    async def put(self, request: web.Request) -> web.Response:
        """The body becomes the file of that name; nothing of it is there before all of it is. POST is the same."""
        name = request.match_info["name"]
        upload = self._store.upload(VIA, name)
        if refused := self._access.refused(request, upload.abandon, self._gate.refusal(VIA, "put", name)):
            return refused
        if request.content_type == FORM:
            wrong = f"found a body of the type {FORM}, expected the file itself: its bytes, and nothing around them"
            upload.abandon(f"415: {wrong}")
            return refuse(415, wrong)
        new = self._store.known(VIA, name) is None
        stored = await received(request, upload)
        return web.Response(status=201 if new else 204, headers={"ETag": tag_of(stored.sha256)})

    async def remove(self, request: web.Request) -> web.Response:
        """The file of that name is there no more."""
        name = request.match_info["name"]
        refusal = self._gate.refusal(VIA, "remove", name)
        if refused := self._access.refused(request, lambda _: None, refusal):
            return refused
        if self._store.remove(VIA, name) is None:
            return refuse(404, f"{name} is not there", name=name)
        return web.Response(status=204)
