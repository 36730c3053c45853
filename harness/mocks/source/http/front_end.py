"""The HTTP front end as a whole: its routes, and the parts that answer them."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from harness.contract.endpoints import GRANTS
from harness.contract.plan import Plan
from harness.mocks.core.mock import Mock
from harness.mocks.core.serving import serve
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.front_end import Unfinished
from harness.mocks.source.http.access import Access
from harness.mocks.source.http.reading import Reading
from harness.mocks.source.http.writing import Writing
from harness.mocks.source.store.store import Store


class HttpFrontEnd:
    """``/files/``, ``/files/NAME`` (with Range) and ``/files/NAME.manifest.json``, by GET or HEAD; ``POST /token``.

    A file is put by PUT or POST, and taken away by DELETE.
    """

    def __init__(self, mock: Mock, store: Store, gate: Gate) -> None:
        self._mock = mock
        self._access = Access(mock, gate, GRANTS["source"])
        self._reading = Reading(mock, store, gate, self._access)
        self._writing = Writing(store, gate, self._access)

    async def listen(self, port: int) -> int:
        """Start; the port."""
        routes = [
            web.get("/files/", self._reading.listing),
            web.get("/files/{name:.+}", self._reading.file),
            web.put("/files/{name:.+}", self._writing.put),
            web.post("/files/{name:.+}", self._writing.put),
            web.delete("/files/{name:.+}", self._writing.remove),
            web.post("/token", self._access.token),
        ]
        return await serve(self._mock, routes, port)

    async def reset(self, plan: Plan) -> None:
        """Begin a night; a chain that takes credentials from its places has to show them."""
        self._access.reset(plan.takes)

    def unfinished(self) -> Iterable[Unfinished]:
        """None: a file is there when all of it is."""
        return ()
