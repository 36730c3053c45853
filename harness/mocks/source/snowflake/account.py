"""The account's REST interface, as drivers use it: its routes, and queries with their results."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from harness.contract.protocols import Operation
from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.snowflake import VIA, answers, selecting, statements
from harness.mocks.source.snowflake.access import Access, document_of
from harness.mocks.source.snowflake.errors import ENDLESS, SqlRefused, account_refusal, failure, with_refusals
from harness.mocks.source.snowflake.execution import Executor
from harness.mocks.source.snowflake.queries import Queries, Query
from harness.mocks.source.snowflake.sessions import Session

LONGEST_SHOWN = 500
"""Characters of a statement that an event carries."""


class Account:
    """The requests that are not for blobs."""

    def __init__(self, mock: Mock, gate: Gate, access: Access, executor: Executor) -> None:
        self._mock, self._gate, self._access, self._executor = mock, gate, access, executor
        self._queries = Queries()

    def reset(self) -> None:
        """Begin a night: no query runs."""
        self._queries.reset()

    def routes(self) -> list[web.RouteDef]:
        """What it answers to."""
        return [
            web.post("/session/v1/login-request", self._access.login),
            web.post("/session/token-request", with_refusals(self._access.renew)),
            web.post("/session/heartbeat", with_refusals(self._access.heartbeat)),
            web.post("/session", with_refusals(self._access.close)),
            web.post("/queries/v1/query-request", with_refusals(self._query)),
            web.post("/queries/v1/abort-request", with_refusals(self._abort)),
            web.get("/queries/{id}/result", with_refusals(self._result)),
            web.get("/monitoring/queries/{id:.+}", with_refusals(self._monitor)),
            web.post("/telemetry/send", self._telemetry),
        ]

    async def _telemetry(self, _: web.Request) -> web.Response:
        return answers.success("Log Received")

    async def _query(self, request: web.Request) -> web.Response:
        asked = await document_of(request)
        sql = str(asked.get("sqlText", ""))
        parsed, mistake = _parsed(sql)
        operations: dict[type, Operation] = {statements.ListFiles: "list", statements.Remove: "remove"}
        operation = operations.get(type(parsed), "query")
        refusal = self._gate.refusal(VIA, operation)
        endless = refusal is not None and refusal.refuse == ENDLESS
        if refusal is not None and not endless:
            self._failed(sql, refusal.refuse)
            return account_refusal(refusal)
        session = self._access.session(request)
        query_id = self._queries.next_id()
        try:
            if parsed is None:
                raise mistake or AssertionError(sql)
            if isinstance(parsed, statements.ResultScan):
                return await self._queries.outcome(self._queries.find(parsed.query_id))
            runs_s = selecting.wait_s(parsed) if isinstance(parsed, statements.Select) else 0.0
            ends_ns = None if endless else time.time_ns() + int(runs_s * 1e9)
            result = None if endless else self._executor.result(session, parsed, request.host, query_id)
        except SqlRefused as refused:
            self._failed(sql, str(refused), refused.code)
            return failure(refused, queryId=query_id)
        detached = bool(asked.get("asyncExec"))
        shaped = result.data() if result is not None else {}
        query = Query(
            *(query_id, request.query.get("requestId", ""), session, sql, ends_ns),
            session.statement_timeout_s,
            lambda: answers.success(_about(session, query_id) | shaped, apart=isinstance(result, answers.Transfer)),
            detached,
        )
        self._queries.begin(query)
        return await self._queries.outcome(query)

    async def _result(self, request: web.Request) -> web.Response:
        self._access.session(request)
        return await self._queries.outcome(self._queries.find(request.match_info["id"]))

    async def _monitor(self, request: web.Request) -> web.Response:
        self._access.session(request)
        query = self._queries.find(request.match_info["id"].strip("/"))  # 5.x has two slashes in front of it
        told = {"id": query.id, "status": query.status, "state": query.status, "sqlText": query.sql}
        return answers.success({"queries": [told]})

    async def _abort(self, request: web.Request) -> web.Response:
        self._access.session(request)
        asked = await document_of(request)
        self._queries.abort(str(asked.get("requestId", "")), asked.get("queryId"))
        return answers.success()

    def _failed(self, sql: str, error: str, code: str | None = None) -> None:
        value = {"via": VIA, "statement": sql[:LONGEST_SHOWN]} | ({"code": code} if code else {}) | asker()
        self._mock.recorder.record("fail", "query", value, error=error)


def _parsed(sql: str) -> tuple[statements.Statement | None, SqlRefused | None]:
    try:
        return statements.parse(sql), None
    except SqlRefused as refused:
        return None, refused


def _about(session: Session, query_id: str) -> dict[str, Any]:
    """What every result says of the session it came to."""
    return {
        "queryId": query_id,
        "sqlState": "00000",
        "parameters": session.shown(),
        "finalDatabaseName": session.database,
        "finalSchemaName": session.schema,
        "finalWarehouseName": session.warehouse,
        "finalRoleName": session.role,
    }
