"""The consumers' HTTP front end: batches in, with an idempotency key; what the plan holds, out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from aiohttp import web

from harness.contract.rows import RowsFile
from harness.mocks.consumers.ledger import Batch, Ledger, OtherPayload
from harness.mocks.core.callers import asker
from harness.mocks.core.documents import MOST_ROW_VALUES
from harness.mocks.core.incoming import BATCH_BYTES, whole
from harness.mocks.core.mock import Mock
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import Fields, fields_in, refuse, refused_in_json, serve, shown

FIELDS = ("business_date", "rows", "fallback_of")

REMEMBERED_BATCHES = 20_000
REMEMBERED_BYTES = 256 << 20
"""So much is remembered of batches; their rows are in a file, so that it is little memory: a million rows fit."""


class HttpFrontEnd:
    """``POST /<consumer>/batches`` and ``GET /<consumer>/plan``."""

    def __init__(self, mock: Mock, ledgers: dict[str, Ledger]) -> None:
        self._mock = mock
        self._ledgers = ledgers
        self._reader = Reader()

    async def listen(self) -> int:
        """Start; the port."""
        routes = [web.post("/{consumer}/batches", self._batch), web.get("/{consumer}/plan", self._plan)]
        return await serve(self._mock, routes)

    async def _batch(self, request: web.Request) -> web.Response:
        name = request.match_info["consumer"]
        if (ledger := self._ledgers.get(name)) is None:
            return self._unknown(name)
        record = self._mock.recorder.record
        key = request.headers.get("Idempotency-Key")
        asked = {"key": key} | asker()
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
        try:
            stored = ledger.store(key, batch)
        except OtherPayload as conflict:
            record("fail", "batch", value, error=str(conflict), component=name)
            return refuse(422, str(conflict), field="Idempotency-Key")
        replayed = stored is None
        answer = {"stored": stored or 0, "replayed": replayed}
        record("ok", "batch", value | answer, component=name)
        return web.json_response(answer, status=200 if replayed else 201)

    async def _plan(self, request: web.Request) -> web.Response:
        name = request.match_info["consumer"]
        if (ledger := self._ledgers.get(name)) is None:
            return self._unknown(name)
        rows, batches = ledger.count(request.query.get("business_date"))
        return web.json_response({"rows": rows, "batches": batches})

    def _unknown(self, name: str) -> web.Response:
        return refuse(404, f"there is no consumer {name!r}; known: {', '.join(sorted(self._ledgers)) or 'none'}")


class Reader:
    """Reads batches, and knows by its digest one that has come before: a chain sends the same night after night."""

    def __init__(self) -> None:
        self._forget()

    def read(self, body: bytes, key_columns: tuple[str, ...], volatile: tuple[str, ...] = ()) -> Batch:
        """The batch in a body; Refusal when it has another shape."""
        name = (hashlib.blake2b(body).digest(), key_columns, volatile)
        if name in self._known:
            batch, start, size = self._known[name]
            return replace(batch, lines=b"".join(self._lines.chunks(start, size)))
        batch = _read(body, key_columns, volatile)
        size = len(batch.lines)
        if self._lines.size + size > REMEMBERED_BYTES or len(self._known) == REMEMBERED_BATCHES:
            self._forget()
        if size <= REMEMBERED_BYTES:
            try:
                self._known[name] = (replace(batch, lines=b""), self._lines.append(batch.lines), size)
            except OSError:  # the disk is full: what is not remembered is read again
                self._forget()
        return batch

    def _forget(self) -> None:
        self._known: dict[tuple[bytes, tuple[str, ...], tuple[str, ...]], tuple[Batch, int, int]] = {}
        self._lines = RowsFile()


def _read(body: bytes, key_columns: tuple[str, ...], volatile: tuple[str, ...]) -> Batch:
    fields = fields_in(body, most_values=MOST_ROW_VALUES)
    if unknown := sorted(set(fields.given) - set(FIELDS)):
        raise Refusal(unknown[0], found="an unknown field", expected=f"only {', '.join(FIELDS)}")
    rows = fields.given.get("rows")
    if not isinstance(rows, list):
        raise Refusal("rows", found=shown(rows), expected="a list of objects")
    if not _are_rows(rows, key_columns):
        _refuse_rows(rows, key_columns)
    date, fallback_of = _date(fields, "business_date") or "", _date(fields, "fallback_of", optional=True)
    return Batch.of(date, fallback_of, rows, key_columns=key_columns, volatile=volatile)


def _are_rows(rows: list[Any], key_columns: tuple[str, ...]) -> bool:
    """Whether each is an object with a value in every column of the key: asked of all at once, which is quicker."""
    if not {dict}.issuperset(map(type, rows)):
        return False
    return all({type(None), dict, list}.isdisjoint([type(row.get(column)) for row in rows]) for column in key_columns)


def _refuse_rows(rows: list[Any], key_columns: tuple[str, ...]) -> None:
    """Name the first that is not as it should be."""
    for position, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Refusal(f"rows[{position}]", found=shown(row), expected="an object")
        for column in key_columns:
            if row.get(column) is None or isinstance(row[column], (dict, list)):
                expected = "a value: the column is part of the row's key"
                raise Refusal(f"rows[{position}].{column}", found=shown(row.get(column)), expected=expected)


def _date(fields: Fields, name: str, *, optional: bool = False) -> str | None:
    text = fields.text(name, optional=optional)
    if text is None:
        return None
    try:
        found: Any = date.fromisoformat(text).isoformat()
    except ValueError:
        found = None
    if found != text:
        raise Refusal(name, found=shown(text), expected="a date as YYYY-MM-DD")
    return text
