"""The stages' blob storage: objects behind signed links (Google's XML API), and in a bucket with keys (S3)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from harness.mocks.source.snowflake import signing
from harness.mocks.source.snowflake.reading import Reading
from harness.mocks.source.snowflake.signing import Keys, Mistake
from harness.mocks.source.snowflake.writing import Writing

_CREDENTIAL = re.compile(r"Credential=ASIA([\w-]+)/")

_Opens = Callable[[web.Request], tuple[str, Mistake | None]]
"""The ticket of a request, and what is wrong with it."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BlobStorage:
    """Objects: GET, HEAD and PUT, with what each kind of storage wants to see first."""

    def __init__(self, reading: Reading, writing: Writing, keys: Keys) -> None:
        self._reading, self._writing, self._keys = reading, writing, keys

    def routes(self) -> list[web.RouteDef]:
        """What it answers to."""
        found = []
        for bucket, opens in ((signing.BUCKET, _by_link), (signing.S3_BUCKET, self._by_key)):
            path = f"/{bucket}/{{name:.+}}"
            found += [web.get(path, self._read(opens)), web.put(path, self._write(opens))]
        return found

    def _by_key(self, request: web.Request) -> tuple[str, Mistake | None]:
        """The ticket of an S3 key, and what is wrong with it; its signature is taken as it is."""
        found = _CREDENTIAL.search(request.headers.get("Authorization", ""))
        ticket = found[1] if found else ""
        return ticket, self._keys.mistake(ticket, request.headers.get("X-Amz-Security-Token", ""))

    def _read(self, opens: _Opens) -> _Handler:
        async def read(request: web.Request) -> web.StreamResponse:
            ticket, mistake = opens(request)
            return await self._reading.blob(request, ticket, mistake)

        return read

    def _write(self, opens: _Opens) -> _Handler:
        async def write(request: web.Request) -> web.Response:
            _, mistake = opens(request)
            return await self._writing.blob(request, mistake)

        return write


def _by_link(request: web.Request) -> tuple[str, Mistake | None]:
    """The ticket of a signed link, and what is wrong with it."""
    ticket = request.query.get("X-Goog-Credential", "").partition("/")[0]
    method = "GET" if request.method == "HEAD" else request.method
    return ticket, signing.link_mistake(method, request.match_info["name"], request.query)
