"""The consumers' HTTP front end: batches in, with an idempotency key; what the plan holds, out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from harness.contract.consumers import PlannedHttp
from harness.mocks.consumers.gate import Gate
from harness.mocks.consumers.http import access
from harness.mocks.consumers.http.agreed import BadRows, check_required, check_unique, check_version, etag
from harness.mocks.consumers.http.errors import answer, told
from harness.mocks.consumers.http.pages import page
from harness.mocks.consumers.http.reading import Reader
from harness.mocks.consumers.ledger import Ledger, OtherPayload
from harness.mocks.consumers.storing import HalfStored, store
from harness.mocks.core.callers import asker
from harness.mocks.core.incoming import BATCH_BYTES, whole
from harness.mocks.core.mock import Mock
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import refuse, serve


class HttpFrontEnd:
    """``POST /<consumer>/batches``, ``GET /<consumer>/rows``, and ``GET`` and ``DELETE`` of ``/<consumer>/plan``."""

    def __init__(self, mock: Mock, ledgers: dict[str, Ledger]) -> None:
        self._mock = mock
        self._ledgers = ledgers
        self._consumers: Mapping[str, PlannedHttp] = {}
        self._reader = Reader()
        self.gate = Gate(mock, "http")

    async def listen(self) -> int:
        """Start; the port."""
        plan = "/{consumer}/plan"
        routes = [
            web.post("/{consumer}/batches", self._batch),
            web.get("/{consumer}/rows", self._rows),
            web.get(plan, self._plan),
            web.delete(plan, self._withdraw),
        ]
        return await serve(self._mock, routes, said=self._refused)

    def begin(self, consumers: Mapping[str, PlannedHttp]) -> None:
        """Begin a night with these, whose ledgers are there."""
        self._consumers = consumers

    async def _batch(self, request: web.Request) -> web.Response:
        name, consumer, ledger = self._asked(request)
        record = self._mock.recorder.record
        key = request.headers.get("Idempotency-Key")
        asked = {"key": key} | asker()
        if broken := await self.gate.passes(name, "store", "asked"):
            record("fail", "batch", asked, error=told(broken), component=name)
            return answer(request, broken)
        try:
            access.check(request, consumer.auth)
            body = await whole(request, BATCH_BYTES)
            batch = self._reader.read(body, ledger.key_columns, ledger.volatile)
            check_required(batch, consumer.required)
        except Refusal as refusal:
            record("fail", "batch", asked | {"field": refusal.field}, error=str(refusal), component=name)
            raise
        value = asked | {"rows": batch.rows}
        value |= {"business_date": batch.business_date, "fallback_of": batch.fallback_of}
        record("invoke", "batch", value, component=name)
        await self._mock.service_time.commit(name)
        if broken := await self.gate.passes(name, "store", "before_commit"):
            record("fail", "batch", value, error=told(broken), component=name)
            return answer(request, broken)
        try:
            if not ledger.knows(key):  # what is known is answered as it was, whatever has changed since
                if consumer.versions:
                    check_version(request, ledger, batch.business_date)
                check_unique(batch, ledger)
            stored = store(self._mock.armory, name, "http", ledger, key, batch)
        except Refusal as refusal:
            record("fail", "batch", value | {"field": refusal.field}, error=str(refusal), component=name)
            raise
        except OtherPayload as conflict:
            record("fail", "batch", value, error=str(conflict), component=name)
            return refuse(422, str(conflict), field="Idempotency-Key")
        except HalfStored as half:
            record("fail", "batch", value, error=str(half), component=name)
            return refuse(500, str(half))
        replayed = stored is None
        said = {"stored": stored or 0, "replayed": replayed}
        record("ok", "batch", value | said, component=name)
        if broken := await self.gate.passes(name, "store", "after_commit"):
            return answer(request, broken)
        version = {"ETag": etag(ledger, batch.business_date)} if consumer.versions else None
        return web.json_response(said, status=200 if replayed else 201, headers=version)

    async def _plan(self, request: web.Request) -> web.Response:
        name, consumer, ledger = self._asked(request)
        if broken := await self.gate.passes(name, "read", "asked"):
            return answer(request, broken)
        access.check(request, consumer.auth)
        date = request.query.get("business_date")
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
        date = request.query.get("business_date")
        asked: dict[str, Any] = {"business_date": date} | asker()
        if broken := await self.gate.passes(name, "store", "asked"):
            record("fail", "withdraw", asked, error=told(broken), component=name)
            return answer(request, broken)
        try:
            access.check(request, consumer.auth)
            if date is None:
                raise Refusal("business_date", found="none", expected="the date whose plan is taken back")
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
