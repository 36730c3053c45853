"""The consumers' HTTP front end: batches in, with an idempotency key; what the plan holds, out."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from harness.mocks.consumers.gate import Gate
from harness.mocks.consumers.http.errors import answer, told
from harness.mocks.consumers.http.reading import Reader
from harness.mocks.consumers.ledger import Ledger, OtherPayload
from harness.mocks.consumers.storing import HalfStored, store
from harness.mocks.core.callers import asker
from harness.mocks.core.incoming import BATCH_BYTES, whole
from harness.mocks.core.mock import Mock
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import refuse, refused_in_json, serve


class HttpFrontEnd:
    """``POST /<consumer>/batches``, and ``GET`` and ``DELETE`` of ``/<consumer>/plan?business_date=…``."""

    def __init__(self, mock: Mock, ledgers: dict[str, Ledger]) -> None:
        self._mock = mock
        self._ledgers = ledgers
        self._reader = Reader()
        self.gate = Gate(mock, "http")

    async def listen(self) -> int:
        """Start; the port."""
        plan = "/{consumer}/plan"
        routes = [
            web.post("/{consumer}/batches", self._batch),
            web.get(plan, self._plan),
            web.delete(plan, self._withdraw),
        ]
        return await serve(self._mock, routes)

    async def _batch(self, request: web.Request) -> web.Response:
        name = request.match_info["consumer"]
        if (ledger := self._ledgers.get(name)) is None:
            return self._unknown(name)
        record = self._mock.recorder.record
        key = request.headers.get("Idempotency-Key")
        asked = {"key": key} | asker()
        if broken := await self.gate.passes(name, "store", "asked"):
            record("fail", "batch", asked, error=told(broken), component=name)
            return answer(request, broken)
        try:
            body = await whole(request, BATCH_BYTES)
            batch = self._reader.read(body, ledger.key_columns, ledger.volatile)
        except Refusal as refusal:
            record("fail", "batch", asked | {"field": refusal.field}, error=str(refusal), component=name)
            return refused_in_json(request, refusal)
        value = asked | {"rows": batch.rows}
        value |= {"business_date": batch.business_date, "fallback_of": batch.fallback_of}
        record("invoke", "batch", value, component=name)
        await self._mock.service_time.commit(name)
        if broken := await self.gate.passes(name, "store", "before_commit"):
            record("fail", "batch", value, error=told(broken), component=name)
            return answer(request, broken)
        try:
            stored = store(self._mock.armory, name, "http", ledger, key, batch)
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
        return web.json_response(said, status=200 if replayed else 201)

    async def _plan(self, request: web.Request) -> web.Response:
        name = request.match_info["consumer"]
        if (ledger := self._ledgers.get(name)) is None:
            return self._unknown(name)
        if broken := await self.gate.passes(name, "read", "asked"):
            return answer(request, broken)
        rows, batches = ledger.count(request.query.get("business_date"))
        return web.json_response({"rows": rows, "batches": batches})

    async def _withdraw(self, request: web.Request) -> web.Response:
        """The plan of a date is taken back as a whole: nobody plans with a part of it, and it may be sent anew."""
        name = request.match_info["consumer"]
        if (ledger := self._ledgers.get(name)) is None:
            return self._unknown(name)
        asked: dict[str, Any] = {"business_date": request.query.get("business_date")} | asker()
        if broken := await self.gate.passes(name, "store", "asked"):
            self._mock.recorder.record("fail", "withdraw", asked, error=told(broken), component=name)
            return answer(request, broken)
        if asked["business_date"] is None:
            error = "business_date: found none, expected the date whose plan is taken back"
            self._mock.recorder.record("fail", "withdraw", asked, error=error, component=name)
            return refuse(400, error, field="business_date")
        rows, batches = ledger.withdraw(asked["business_date"])
        said = {"rows": rows, "batches": batches}
        self._mock.recorder.record("ok", "withdraw", asked | said, component=name)
        return web.json_response(said)

    def _unknown(self, name: str) -> web.Response:
        return refuse(404, f"there is no consumer {name!r}; known: {', '.join(sorted(self._ledgers)) or 'none'}")
