"""The source's HTTP front end: a listing, files, manifests."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

from aiohttp import web

from harness.mocks.control import Mock
from harness.mocks.serving import refuse, serve
from harness.mocks.source.store import Held, Sight, Store

MANIFEST = ".manifest.json"
CHUNK_BYTES = 256 * 1024


class _CloseDelimited(web.StreamResponse):
    """A body of no stated length, neither counted nor chunked: it ends where the connection ends."""

    _length_check = False


class HttpFrontEnd:
    """``GET /files/``, ``GET /files/NAME`` (with Range), ``GET /files/NAME.manifest.json``; HEAD alike."""

    def __init__(self, mock: Mock, store: Store) -> None:
        self._mock = mock
        self._store = store

    async def listen(self) -> int:
        """Start; the port."""
        routes = [
            web.get("/files/", self._listing),
            web.get("/files/{name:.+}" + MANIFEST, self._manifest),
            web.get("/files/{name:.+}", self._file),
        ]
        return await serve(self._mock, routes)

    async def _listing(self, request: web.Request) -> web.StreamResponse:
        self._event(request, "invoke", "files/", "listing")
        files = []
        for held in self._store.arrived():
            sight = self._store.sight(held)
            files.append({"name": held.name, "size": sight.present, "last_modified": _http_date(sight.modified_ns)})
        return self._json(request, "files/", "listing", {"files": files})

    async def _manifest(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self._event(request, "invoke", name, "manifest")
        if (held := self._store.find(name)) is None:
            return self._missing(request, name, "manifest")
        return self._json(request, name, "manifest", {"name": name, **self._store.sight(held).stated})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self._event(request, "invoke", name, "file")
        if (held := self._store.find(name)) is None:
            return self._missing(request, name, "file")
        sight = self._store.sight(held) if request.method == "HEAD" else self._store.take(held)
        length = held.size if sight.declared is None else sight.declared
        headers = {
            "Content-Type": "application/octet-stream",
            "Accept-Ranges": "bytes",
            "ETag": f'"{sight.stated["sha256"][:32]}"',
            "Last-Modified": _http_date(sight.modified_ns),
        }
        first, last, status = 0, length - 1, 200
        if sight.declared is not None and "Range" in request.headers:
            try:
                first, last = _range(request, length)
            except ValueError as error:
                self._event(request, "fail", name, "file", error=f"416: {error}")
                return web.json_response(
                    {"error": str(error)}, status=416, headers={"Content-Range": f"bytes */{length}"}
                )
            if (first, last) != (0, length - 1):
                status = 206
                headers["Content-Range"] = f"bytes {first}-{last}/{length}"
        if sight.declared is None:
            response: web.StreamResponse = _CloseDelimited(status=status, headers=headers)
            response.force_close()
        else:
            response = web.StreamResponse(status=status, headers=headers)
            response.content_length = last + 1 - first
        return await self._send(request, response, held, sight, first, last + 1)

    async def _send(
        self, request: web.Request, response: web.StreamResponse, held: Held, sight: Sight, first: int, end: int
    ) -> web.StreamResponse:
        if request.method == "HEAD":
            await response.prepare(request)
            return response
        position, stop = first, min(end, sight.kept)
        told = False
        try:
            with held.path.open("rb") as file:
                await response.prepare(request)
                file.seek(first)
                while True:
                    chunk = file.read(min(CHUNK_BYTES, stop - position))
                    position += len(chunk)
                    if position == stop:
                        # Before the last bytes, not after them: whoever has them may act on them at once, and what
                        # they do then has to come later in the history.
                        self._served(request, held, sight, position - first, end - first)
                        told = True
                    await response.write(chunk)
                    if told:
                        break
            if stop < end and sight.declared is not None:
                # The rest was promised and does not come: the connection ends instead.
                response.force_close()
                if request.transport is not None:
                    request.transport.close()
                return response
            await response.write_eof()
        except ConnectionError:
            # How far it came depends on buffers of the moment, so it is not said.
            if not told:
                self._event(request, "fail", held.name, "file", error="client gone")
            raise
        return response

    def _served(self, request: web.Request, held: Held, sight: Sight, sent: int, promised: int) -> None:
        if sent < promised and sight.declared is not None:
            value, error = {"bytes": sent, "complete": False}, f"closed after {sent} of {promised} bytes"
            self._event(request, "fail", held.name, "file", value, error=error)
        else:
            self._event(request, "ok", held.name, "file", {"bytes": sent, "complete": sight.kept >= held.size})

    def _json(self, request: web.Request, name: str, what: str, content: dict[str, Any]) -> web.StreamResponse:
        response = web.json_response(content)
        size = len(response.body) if isinstance(response.body, bytes) else 0
        self._event(request, "ok", name, what, {"bytes": size, "complete": True})
        return response

    def _missing(self, request: web.Request, name: str, what: str) -> web.Response:
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
        # A transfer that the end of its night broke off is no event of the next one.
        same_night = request.setdefault("night", self._store.night) == self._store.night
        if same_night and request.method != "HEAD":
            self._mock.recorder.record(type, "serve", {"name": name, "what": what} | (more or {}), error=error)


def _http_date(at_ns: int) -> str:
    return formatdate(at_ns // 1_000_000_000, usegmt=True)


def _range(request: web.Request, length: int) -> tuple[int, int]:
    """First and last byte of a Range header; ValueError when it does not fit the length."""
    asked = request.http_range
    if asked.start is None and asked.stop is None:
        return 0, length - 1
    first = asked.start or 0
    if first < 0:
        first = max(0, length + first)
    last = min(length, asked.stop if asked.stop is not None else length) - 1
    if first > last:
        raise ValueError(f"range {request.headers['Range']!r} of a file of {length} bytes")
    return first, last
