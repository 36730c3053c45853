"""The stages' blob storage: objects behind signed links (Google's XML API), and in a bucket with keys (S3)."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from harness.mocks.core.control import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.files.source_file import Entry
from harness.mocks.source.over_http.retrieval import Retrievals, glanced_range
from harness.mocks.source.over_http.transfer import Account, RangeRefused, Transfer, http_date, name_and_what
from harness.mocks.source.snowflake import answers, refusing, signing
from harness.mocks.source.snowflake.answering import VIA, Answering
from harness.mocks.source.snowflake.refusing import storage_error
from harness.mocks.source.store.store import Store

_CREDENTIAL = re.compile(r"Credential=ASIA([\w-]+)/")

Mistake = tuple[int, str, str]


class Blobs:
    """Objects: GET, HEAD and PUT, with what each kind of storage wants to see first."""

    def __init__(self, mock: Mock, store: Store, gate: Gate, answering: Answering) -> None:
        self._mock, self._store, self._gate, self._answering = mock, store, gate, answering
        self._retrievals = Retrievals(store)

    def reset(self) -> None:
        """Begin a night."""
        self._retrievals = Retrievals(self._store)

    def routes(self) -> list[web.RouteDef]:
        """What it answers to."""
        found = []
        for bucket, opens in ((signing.BUCKET, self._by_link), (signing.S3_BUCKET, self._by_key)):
            path = f"/{bucket}/{{name:.+}}"
            found += [web.get(path, self._reading(opens)), web.put(path, self._writing(opens))]
        return found

    def _by_link(self, request: web.Request) -> tuple[str, Mistake | None]:
        """The ticket of a signed link, and what is wrong with it."""
        ticket = request.query.get("X-Goog-Credential", "").partition("/")[0]
        method = "GET" if request.method == "HEAD" else request.method
        return ticket, signing.link_mistake(method, request.match_info["name"], request.query)

    def _by_key(self, request: web.Request) -> tuple[str, Mistake | None]:
        """The ticket of an S3 key, and what is wrong with it; its signature is taken as it is."""
        found = _CREDENTIAL.search(request.headers.get("Authorization", ""))
        ticket = found[1] if found else ""
        return ticket, self._answering.keys.mistake(ticket, request.headers.get("X-Amz-Security-Token", ""))

    def _reading(self, opens: _Opens) -> _Handler:
        async def read(request: web.Request) -> web.StreamResponse:
            name = request.match_info["name"]
            ticket, mistake = opens(request)
            entry = self._store.find(VIA, name)
            called, what = name_and_what(name, entry)
            told = Account(self._mock, self._store, request, VIA, called, what)
            told.begin()
            refusal = self._gate.refusal(VIA, "stat" if request.method == "HEAD" else "get", name)
            if refusal is not None:
                told.fail(refusal.refuse)
                return refusing.blob(refusal)
            if mistake is not None:
                told.fail(f"{mistake[0]}: {mistake[1]}")
                return storage_error(*mistake)
            if entry is None:
                told.fail("404: not there")
                return storage_error(404, "NoSuchKey", "The specified key does not exist.")
            return await self._send(request, entry, ticket, told)

        return read

    async def _send(self, request: web.Request, entry: Entry, ticket: str, told: Account) -> web.StreamResponse:
        sight = self._store.sight(entry)
        if request.method == "HEAD":
            self._retrievals.end(entry.name, ticket)
        elif "Range" in request.headers:
            sight = self._retrievals.part(entry, *glanced_range(request, sight), ticket)
        else:
            sight = self._retrievals.whole(entry, ticket)
        headers = {
            **answers.APART,
            "Content-Type": "application/octet-stream",
            "Accept-Ranges": "bytes",
            "ETag": f'"{sight.manifest["sha256"][:32]}"',
            "Last-Modified": http_date(sight.modified_ns),
            **_meta(entry),
        }
        try:
            return await Transfer(request, told).send(sight, headers)
        except RangeRefused as refused:
            return storage_error(416, "InvalidRange", "The requested range is not satisfiable", refused.headers)

    def _writing(self, opens: _Opens) -> _Handler:
        async def write(request: web.Request) -> web.Response:
            name = request.match_info["name"]
            _, mistake = opens(request)
            upload = self._store.upload(VIA, name)
            refusal = self._gate.refusal(VIA, "put", name)
            if refusal is not None:
                upload.abandon(refusal.refuse)
                return refusing.blob(refusal)
            if mistake is not None:
                upload.abandon(f"{mistake[0]}: {mistake[1]}")
                return storage_error(*mistake)
            if request.headers.get("x-goog-if-generation-match") == "0" and self._store.find(VIA, name) is not None:
                upload.abandon("412: it is there, and OVERWRITE is false")
                message = "At least one of the pre-conditions you specified did not hold."
                return storage_error(412, "PreconditionFailed", message)
            try:
                async for chunk in request.content.iter_any():
                    upload.write(chunk)
            except (ConnectionError, web.RequestPayloadError):
                upload.abandon("client gone")
                raise ConnectionResetError from None
            source_file = upload.finish()
            return web.Response(headers=answers.APART | {"ETag": f'"{source_file.md5}"'})

        return write


_Opens = Callable[[web.Request], tuple[str, Mistake | None]]
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _meta(entry: Entry) -> dict[str, str]:
    """The checksum that Snowflake keeps with what drivers put: of the content as it was sent."""
    digest = base64.b64encode(bytes.fromhex(entry.source_file.sha256)).decode()
    return {"x-goog-meta-sfc-digest": digest, "x-amz-meta-sfc-digest": digest} if entry.what == "file" else {}
