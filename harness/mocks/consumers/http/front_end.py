"""The consumers' HTTP front end: batches in, with an idempotency key; what the plan holds, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import web

from harness.contract.consumers import PlannedHttp
from harness.mocks.consumers import dates
from harness.mocks.consumers.batches import Batches, BrokenOff
from harness.mocks.consumers.http import access
from harness.mocks.consumers.http.agreed import BadRows, check_required, check_unique, check_version, etag
from harness.mocks.consumers.http.errors import answer, told
from harness.mocks.consumers.http.pages import page
from harness.mocks.consumers.http.reading import Reader
from harness.mocks.consumers.ledger import Batch, Ledger, OtherPayload
from harness.mocks.consumers.own.kind import Own
from harness.mocks.consumers.storing import HalfStored
from harness.mocks.core.callers import asker
from harness.mocks.core.incoming import BATCH_BYTES, whole
from harness.mocks.core.mock import Mock
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import refuse, serve

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler


class HttpFrontEnd:
    """``POST /<consumer>/batches``, ``GET /<consumer>/rows``, and ``GET`` and ``DELETE`` of ``/<consumer>/plan``."""

    def __init__(self, mock: Mock, ledgers: dict[str, Ledger]) -> None:
        self._mock = mock
        self._ledgers = ledgers
        self._consumers: Mapping[str, PlannedHttp] = {}
        self._reader = Reader()
        self._batches = Batches(mock, "http")
        self.gate = self._batches.gate

    async def listen(self, own: Sequence[Own]) -> int:
        """Start; the port, at which the consumers of users' own kinds are too."""

        @web.middleware
        async def by_kind(request: web.Request, handler: Handler) -> web.StreamResponse:
            first, slash, rest = request.rel_url.raw_path[1:].partition("/")
            theirs = next((kind for kind in own if kind.has(unquote(first))), None)
            if theirs is None:
                return await handler(request)
            return await theirs.answer(request, unquote(first), unquote(slash + rest))

        plan = "/{consumer}/plan"
        routes = [
            web.post("/{consumer}/batches", self._batch),
            web.get("/{consumer}/rows", self._rows),
            web.get(plan, self._plan),
            web.delete(plan, self._withdraw),
        ]
        return await serve(self._mock, routes, said=self._refused, middlewares=[by_kind] if own else [])

    def begin(self, consumers: Mapping[str, PlannedHttp]) -> None:
        """Begin a night with these, whose ledgers are there."""
        self._consumers = consumers

    async def _batch(self, request: web.Request) -> web.Response:
        name, consumer, ledger = self._asked(request)
        key = request.headers.get("Idempotency-Key")

        async def read() -> tuple[str | None, Batch]:
            access.check(request, consumer.auth)
            batch = self._reader.read(await whole(request, BATCH_BYTES), ledger.key_columns, ledger.volatile)
            check_required(batch, consumer.required)
            return key, batch

        def agreed(batch: Batch) -> None:
            if consumer.versions:
                check_version(request, ledger, batch.business_date)
            check_unique(batch, ledger)

        try:
            taken = await self._batches.take(name, ledger, key, read, agreed)
        except BrokenOff as end:
            return answer(request, end.broken)
        except OtherPayload as conflict:
            return refuse(422, str(conflict), field="Idempotency-Key")
        except HalfStored as half:
            return refuse(500, str(half))
        replayed = taken.stored is None
        version = {"ETag": etag(ledger, taken.batch.business_date)} if consumer.versions else None
        said = {"stored": taken.stored or 0, "replayed": replayed}
        return web.json_response(said, status=200 if replayed else 201, headers=version)

    async def _plan(self, request: web.Request) -> web.Response:
        name, consumer, ledger = self._asked(request)
        if broken := await self.gate.passes(name, "read", "asked"):
            return answer(request, broken)
        access.check(request, consumer.auth)
        date = dates.asked_for(request)
        rows, batches = ledger.count(date)
        version = {"ETag": etag(ledger, date)} if consumer.versions and date is not None else None
        return web.json_response({"rows": rows, "batches": batches}, headers=version)

    async def _rows(self, request: web.Request) -> web.Response:
        name, consumer, ledger = self._asked(request)
        if broken := await self.gate.passes(name, "read", "asked"):
            return answer(request, broken)
        access.check(request, consumer.auth)
        return page(request, ledger, consumer.page_rows)

    async def _withdraw(self, request: web.Request) -> web.Response:
        """The plan of a date is taken back as a whole: nobody plans with a part of it, and it may be sent anew."""
        name, consumer, ledger = self._asked(request)
        record = self._mock.recorder.record
        asked: dict[str, Any] = {"business_date": request.query.get(dates.FIELD)} | asker()
        if broken := await self.gate.passes(name, "store", "asked"):
            record("fail", "withdraw", asked, error=told(broken), component=name)
            return answer(request, broken)
        try:
            access.check(request, consumer.auth)
            date = dates.asked_for(request)
            if date is None:
                raise Refusal(dates.FIELD, found="none", expected="the date whose plan is taken back")
            if consumer.versions:
                check_version(request, ledger, date)
        except Refusal as refusal:
            record("fail", "withdraw", asked, error=str(refusal), component=name)
            raise
        rows, batches = ledger.withdraw(date)
        said = {"rows": rows, "batches": batches}
        record("ok", "withdraw", asked | said, component=name)
        return web.json_response(said)

    def _asked(self, request: web.Request) -> tuple[str, PlannedHttp, Ledger]:
        """The consumer that a request is for; Refusal (404) where there is none of that name."""
        name = request.match_info["consumer"]
        if (ledger := self._ledgers.get(name)) is None:
            known = ", ".join(sorted(self._ledgers)) or "none"
            raise Refusal("consumer", found=repr(name), expected=f"one of these: {known}", status=404)
        return name, self._consumers[name], ledger

    def _refused(self, request: web.Request, refusal: Refusal) -> web.Response:
        """As JSON that names the field, and of bad rows the first of them."""
        rows = {"errors": refusal.errors, "bad_rows": refusal.rows} if isinstance(refusal, BadRows) else {}
        refused = refuse(refusal.status, str(refusal), field=refusal.field, **rows)
        if refusal.status == 401 and (auth := self._consumers[request.match_info["consumer"]].auth) is not None:
            refused.headers.update(access.challenge(auth))
        return refused
