"""What clients read over HTTP: the listing, page by page, and files with their manifests and flags."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from harness.mocks.core.documents import whole_number
from harness.mocks.core.mock import Mock
from harness.mocks.core.serving import refuse
from harness.mocks.core.until import until
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.files.source_file import ListedEntry
from harness.mocks.source.http import VIA
from harness.mocks.source.http.access import Access
from harness.mocks.source.over_http.conditions import range_holds, unmet
from harness.mocks.source.over_http.ranges import RangeRefused, range_or_whole
from harness.mocks.source.over_http.retrieval import Retrievals
from harness.mocks.source.over_http.serve_events import ServeEvents, name_and_what
from harness.mocks.source.over_http.transfer import Transfer, http_date
from harness.mocks.source.store.sight import Sight
from harness.mocks.source.store.store import Store

_TYPES = {"file": "application/octet-stream", "manifest": "application/json", "flag": "text/plain"}


class Reading:
    """``/files/``, ``/files/NAME`` (with Range) and ``/files/NAME.manifest.json``, by GET or HEAD."""

    def __init__(self, mock: Mock, store: Store, gate: Gate, access: Access) -> None:
        self._mock, self._store, self._gate, self._access = mock, store, gate, access
        self._retrievals = Retrievals(store)

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """``GET /files/``."""
        events = ServeEvents(self._mock, self._store, request, VIA, "files/", "listing")
        events.begin()
        refusal = self._gate.refusal(VIA, "list", request.query.get("prefix", ""))
        endless = refusal is not None and refusal.refuse == "endless_listing"
        if refusal is not None and endless:
            await until(time.time_ns() + refusal.every_ns)
        if refused := self._access.refused(request, events.fail, None if endless else refusal):
            return refused
        try:
            listed = self._page(request.query, endless=endless)
        except ValueError as error:
            events.fail(f"400: {error}")
            return refuse(400, str(error))
        response = web.json_response(listed)
        if "next" in listed:
            response.headers["Link"] = f'<{listed["next"]}>; rel="next"'
        events.ok(len(response.body) if isinstance(response.body, bytes) else 0, complete=True)
        return response

    def _page(self, query: Mapping[str, str], *, endless: bool) -> dict[str, object]:
        """The files after one name and up to a number of them; where more follow, the address that lists these."""
        given_limit = query.get("limit", "")
        limit = whole_number(given_limit) if given_limit else None
        if given_limit and not limit:
            raise ValueError(f"limit: found {given_limit!r}, expected a number above zero")
        prefix, after = query.get("prefix", ""), query.get("after", "")
        entries = [
            entry
            for entry in self._store.entries(VIA)
            if entry.what == "file" and entry.name.startswith(prefix) and entry.name > after
        ]
        page = entries[:limit]
        files = []
        for entry in page:
            sight = self._store.sight(entry)
            files.append({"name": entry.name, "size": sight.present, "last_modified": http_date(sight.modified_ns)})
        given = {name: value for name, value in query.items() if name in ("prefix", "limit")}
        if endless:
            # The same page again and again, each time by another address.
            given |= {"after": after, "page": str((whole_number(query.get("page", "1")) or 1) + 1)}
        elif len(page) < len(entries):
            given |= {"after": page[-1].name}
        else:
            return {"files": files}
        return {"files": files, "next": f"/files/?{urlencode(given)}"}

    async def file(self, request: web.Request) -> web.StreamResponse:
        """``GET`` or ``HEAD /files/NAME``."""
        name = request.match_info["name"]
        entry = self._store.find(VIA, name)
        named, what = name_and_what(name, entry)
        events = ServeEvents(self._mock, self._store, request, VIA, named, what)
        events.begin()
        refusal = self._gate.refusal(VIA, "stat" if request.method == "HEAD" else "get", name)
        if refused := self._access.refused(request, events.fail, refusal):
            return refused
        if entry is None:
            events.fail("404: not there")
            return refuse(404, f"{named} is not there", name=named)
        sight = self._store.sight(entry)
        headers = _headers(entry, sight)
        if wrong := unmet(request.headers, headers["ETag"], sight.modified_ns):
            events.fail(f"{wrong[0]}: {wrong[1]}")
            return web.Response(status=wrong[0], headers=headers)
        asked = request.headers.get("Range", "")
        ranged = asked != "" and "," not in asked and range_holds(request.headers, headers["ETag"], sight.modified_ns)
        if request.method == "HEAD":
            self._retrievals.end(entry.name)
        elif ranged:
            sight = self._retrievals.part(entry, *range_or_whole(request, sight))
        else:
            sight = self._retrievals.whole(entry)
        try:
            return await Transfer(request, events).send(sight, _headers(entry, sight), ranged=ranged)
        except RangeRefused as refused_range:
            return web.json_response({"error": str(refused_range)}, status=416, headers=refused_range.headers)


def tag_of(sha256: str) -> str:
    """The ETag of a file."""
    return f'"{sha256[:32]}"'


def _headers(entry: ListedEntry, sight: Sight) -> dict[str, str]:
    found = {
        "Content-Type": _TYPES[entry.what] if entry.control is None else "text/plain",
        "Accept-Ranges": "bytes",
        "ETag": tag_of(sight.manifest["sha256"]),
        "Last-Modified": http_date(sight.modified_ns),
    }
    if sight.checksums:  # of the whole file, whatever part of it is sent: RFC 9530
        digest = base64.b64encode(bytes.fromhex(sight.manifest["sha256"])).decode()
        found["Repr-Digest"] = f"sha-256=:{digest}:"
    return found
