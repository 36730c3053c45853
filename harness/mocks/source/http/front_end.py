"""The source's HTTP front end: a listing, files, and what their senders put beside them."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from harness.contract.effects.source import Refuse
from harness.contract.endpoints import GRANTS
from harness.contract.plan import Plan
from harness.contract.protocols import Protocol
from harness.mocks.core.control import Mock, until
from harness.mocks.core.serving import refuse, serve
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.files.source_file import Entry
from harness.mocks.source.http.access import LASTS_S, HttpAccess, Refused
from harness.mocks.source.over_http.conditions import range_holds, unmet
from harness.mocks.source.over_http.retrieval import Retrievals, glanced_range
from harness.mocks.source.over_http.transfer import Account, RangeRefused, Transfer, http_date, name_and_what
from harness.mocks.source.store.sight import Sight
from harness.mocks.source.store.store import Store

VIA: Protocol = "http"
_TYPES = {"file": "application/octet-stream", "manifest": "application/json", "flag": "text/plain"}

REFUSALS = {
    "unavailable": (503, "service unavailable"),
    "internal_error": (500, "internal server error"),
    "throttled": (429, "too many requests"),
    "forbidden": (403, "forbidden"),
    "login_refused": (401, "wrong credentials"),
    "session_expired": (401, "the session has expired"),
    "token_expired": (401, "the token has expired"),
}
"""The words of HTTP for what a fault refuses."""


class HttpFrontEnd:
    """``/files/``, ``/files/NAME`` (with Range) and ``/files/NAME.manifest.json``, by GET or HEAD; ``POST /token``."""

    def __init__(self, mock: Mock, store: Store, gate: Gate) -> None:
        self._mock = mock
        self._store = store
        self._gate = gate
        self._access = HttpAccess(GRANTS["source"])
        self._retrievals = Retrievals(store)

    async def listen(self, port: int) -> int:
        """Start; the port."""
        routes = [
            web.get("/files/", self._listing),
            web.get("/files/{name:.+}", self._entry),
            web.post("/token", self._token),
        ]
        return await serve(self._mock, routes, port)

    async def reset(self, plan: Plan) -> None:
        """Begin a night; who takes credentials from the chain's places has to show them."""
        self._access.reset(plan.takes)

    async def _listing(self, request: web.Request) -> web.StreamResponse:
        account = Account(self._mock, self._store, request, VIA, "files/", "listing")
        account.begin()
        refusal = self._gate.refusal(VIA, "list", request.query.get("prefix", ""))
        endless = refusal is not None and refusal.refuse == "endless_listing"
        if refusal is not None and endless:
            await until(time.time_ns() + refusal.every_ns)
        if refused := self._refused(request, account, None if endless else refusal):
            return refused
        try:
            listed = self._page(request.query, endless=endless)
        except ValueError as error:
            account.fail(f"400: {error}")
            return refuse(400, str(error))
        response = web.json_response(listed)
        if "next" in listed:
            response.headers["Link"] = f'<{listed["next"]}>; rel="next"'
        account.ok(len(response.body) if isinstance(response.body, bytes) else 0, complete=True)
        return response

    def _page(self, query: Mapping[str, str], *, endless: bool) -> dict[str, object]:
        """The files after one name and up to a number of them; where more follow, the address that lists these."""
        limit = query.get("limit", "")
        if limit and not (limit.isdecimal() and int(limit)):
            raise ValueError(f"limit: found {limit!r}, expected a number above zero")
        prefix, after = query.get("prefix", ""), query.get("after", "")
        entries = [
            entry
            for entry in self._store.entries(VIA)
            if entry.what == "file" and entry.name.startswith(prefix) and entry.name > after
        ]
        page = entries[: int(limit)] if limit else entries
        files = []
        for entry in page:
            sight = self._store.sight(entry)
            files.append({"name": entry.name, "size": sight.present, "last_modified": http_date(sight.modified_ns)})
        given = {name: value for name, value in query.items() if name in ("prefix", "limit")}
        if endless:
            # The same page again and again, each time by another address.
            number = query.get("page", "1")
            given |= {"after": after, "page": str(int(number) + 1 if number.isdecimal() else 2)}
        elif len(page) < len(entries):
            given |= {"after": page[-1].name}
        else:
            return {"files": files}
        return {"files": files, "next": f"/files/?{urlencode(given)}"}

    async def _entry(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        entry = self._store.find(VIA, name)
        named, what = name_and_what(name, entry)
        account = Account(self._mock, self._store, request, VIA, named, what)
        account.begin()
        refusal = self._gate.refusal(VIA, "stat" if request.method == "HEAD" else "get", name)
        if refused := self._refused(request, account, refusal):
            return refused
        if entry is None:
            account.fail("404: not there")
            return refuse(404, f"{named} is not there", name=named)
        sight = self._store.sight(entry)
        headers = _headers(entry, sight)
        if wrong := unmet(request.headers, headers["ETag"], sight.modified_ns):
            account.fail(f"{wrong[0]}: {wrong[1]}")
            return web.Response(status=wrong[0], headers=headers)
        asked = request.headers.get("Range", "")
        ranged = asked != "" and "," not in asked and range_holds(request.headers, headers["ETag"], sight.modified_ns)
        if request.method == "HEAD":
            self._retrievals.end(entry.name)
        elif ranged:
            sight = self._retrievals.part(entry, *glanced_range(request, sight))
        else:
            sight = self._retrievals.whole(entry)
        try:
            return await Transfer(request, account).send(sight, _headers(entry, sight), ranged=ranged)
        except RangeRefused as refused_range:
            return web.json_response({"error": str(refused_range)}, status=416, headers=refused_range.headers)

    async def _token(self, request: web.Request) -> web.Response:
        refusal = self._gate.refusal(VIA, "login")
        if refusal is not None:
            return self._login_failed("", *_refused_by(refusal))
        try:
            token, user = await self._access.token(request)
        except Refused as refused:
            return self._login_failed(refused.user, 401, str(refused), refused.headers)
        except ValueError as error:
            return self._login_failed("", 400, str(error), {})
        self._mock.recorder.record("ok", "login", {"via": VIA, "user": user})
        told = {"access_token": token, "token_type": "Bearer", "expires_in": LASTS_S}
        return web.json_response(told, headers={"Cache-Control": "no-store"})

    def _refused(self, request: web.Request, account: Account, refusal: Refuse | None) -> web.Response | None:
        """The answer to a request that a fault refuses, or that brings no good credentials."""
        if refusal is not None:
            status, text, headers = _refused_by(refusal)
            account.fail(f"{status}: {text}")
            return _refusing(status, text, headers)
        try:
            self._access.check(request)
        except Refused as refused:
            account.fail(f"401: {refused}")
            return self._login_failed(refused.user, 401, str(refused), refused.headers)
        return None

    def _login_failed(self, user: str, status: int, text: str, headers: Mapping[str, str]) -> web.Response:
        self._mock.recorder.record("fail", "login", {"via": VIA, "user": user}, error=f"{status}: {text}")
        return _refusing(status, text, headers)


def _headers(entry: Entry, sight: Sight) -> dict[str, str]:
    found = {
        "Content-Type": _TYPES[entry.what],
        "Accept-Ranges": "bytes",
        "ETag": f'"{sight.manifest["sha256"][:32]}"',
        "Last-Modified": http_date(sight.modified_ns),
    }
    if sight.checksums:  # of the whole file, whatever part of it is sent: RFC 9530
        digest = base64.b64encode(bytes.fromhex(sight.manifest["sha256"])).decode()
        found["Repr-Digest"] = f"sha-256=:{digest}:"
    return found


def _refused_by(refusal: Refuse) -> tuple[int, str, dict[str, str]]:
    status, text = REFUSALS[refusal.refuse]
    headers = {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
    if status == 401:
        headers |= Refused(text, error="invalid_token").headers
    return status, text, headers


def _refusing(status: int, text: str, headers: Mapping[str, str]) -> web.Response:
    return web.json_response({"error": text}, status=status, headers=headers)
