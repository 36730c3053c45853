"""The account's REST interface, as drivers use it: login, queries and their results, tokens, heartbeat, the end."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from harness.contract.protocols import Operation
from harness.mocks.core.control import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.snowflake import answers, login, refusing, selecting, statements
from harness.mocks.source.snowflake.answering import VIA, Answering
from harness.mocks.source.snowflake.queries import Queries, Query
from harness.mocks.source.snowflake.refused import Refused, SqlRefused
from harness.mocks.source.snowflake.sessions import MASTER_S, SESSION_S, Session, Sessions

_TOKEN = re.compile(r'Snowflake Token="(.*)"')
LONGEST_SHOWN = 500
"""Characters of a statement that an event carries."""


class Account:
    """The requests that are not for blobs."""

    def __init__(self, mock: Mock, gate: Gate, answering: Answering) -> None:
        self._mock, self._gate, self._answering = mock, gate, answering
        self._sessions = Sessions()
        self._queries = Queries()

    def reset(self) -> None:
        """Begin a night: nobody is logged in."""
        self._sessions = Sessions()
        self._queries.reset()

    def routes(self) -> list[web.RouteDef]:
        """What it answers to."""
        return [
            web.post("/session/v1/login-request", self._login),
            web.post("/session/token-request", _refusing(self._renew)),
            web.post("/session/heartbeat", _refusing(self._heartbeat)),
            web.post("/session", _refusing(self._close)),
            web.post("/queries/v1/query-request", _refusing(self._query)),
            web.post("/queries/v1/abort-request", _refusing(self._abort)),
            web.get("/queries/{id}/result", _refusing(self._result)),
            web.get("/monitoring/queries/{id:.+}", _refusing(self._monitor)),
            web.post("/telemetry/send", self._telemetry),
        ]

    async def _login(self, request: web.Request) -> web.Response:
        data = (await _document(request)).get("data")
        data = data if isinstance(data, dict) else {}
        value = {"via": VIA, "user": str(data.get("LOGIN_NAME", ""))}
        record = self._mock.recorder.record
        record("invoke", "login", value)
        if (refusal := self._gate.refusal(VIA, "login")) is not None:
            record("fail", "login", value, error=refusal.refuse)
            return refusing.account(refusal)
        if not login.knows_account(data):
            record("fail", "login", value, error=f"there is no account {data.get('ACCOUNT_NAME')!r}")
            return web.Response(status=403)
        try:
            session = login.log_in(self._sessions, data, request.query)
        except Refused as refused:
            record("fail", "login", value, error=str(refused))
            return answers.failure(refused)
        record("ok", "login", value)
        return answers.success(login.told(session))

    async def _renew(self, request: web.Request) -> web.Response:
        session = self._sessions.renew(_token(request))
        return answers.success(
            {
                "sessionToken": session.token,
                "validityInSecondsST": SESSION_S,
                "masterToken": session.master,
                "validityInSecondsMT": MASTER_S,
                "sessionId": session.id,
            }
        )

    async def _heartbeat(self, request: web.Request) -> web.Response:
        self._sessions.keep_alive(self._session(request))
        return answers.success()

    async def _close(self, request: web.Request) -> web.Response:
        self._session(request).closed = True
        return answers.success()

    async def _telemetry(self, _: web.Request) -> web.Response:
        return answers.success("Log Received")

    async def _query(self, request: web.Request) -> web.Response:
        asked = await _document(request)
        sql = str(asked.get("sqlText", ""))
        parsed, mistake = _parsed(sql)
        operations: dict[type, Operation] = {statements.ListFiles: "list", statements.Remove: "remove"}
        operation = operations.get(type(parsed), "query")
        refusal = self._gate.refusal(VIA, operation)
        endless = refusal is not None and refusal.refuse == refusing.ENDLESS
        if refusal is not None and not endless:
            self._failed(sql, refusal.refuse)
            return refusing.account(refusal)
        session = self._session(request)
        query_id = self._queries.next_id()
        try:
            if parsed is None:
                raise mistake or AssertionError(sql)
            if isinstance(parsed, statements.ResultScan):
                return await self._queries.outcome(self._queries.find(parsed.query_id))
            runs_s = selecting.wait_s(parsed) if isinstance(parsed, statements.Select) else 0.0
            ends_ns = None if endless else time.time_ns() + int(runs_s * 1e9)
            result = None if endless else self._answering.result(session, parsed, request.host, query_id)
        except SqlRefused as refused:
            self._failed(sql, str(refused), refused.code)
            return answers.failure(refused, queryId=query_id)
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
        self._session(request)
        return await self._queries.outcome(self._queries.find(request.match_info["id"]))

    async def _monitor(self, request: web.Request) -> web.Response:
        self._session(request)
        query = self._queries.find(request.match_info["id"].strip("/"))  # 5.x has two slashes in front of it
        told = {"id": query.id, "status": query.status, "state": query.status, "sqlText": query.sql}
        return answers.success({"queries": [told]})

    async def _abort(self, request: web.Request) -> web.Response:
        self._session(request)
        asked = await _document(request)
        self._queries.abort(str(asked.get("requestId", "")), asked.get("queryId"))
        return answers.success()

    def _session(self, request: web.Request) -> Session:
        return self._sessions.of(_token(request))

    def _failed(self, sql: str, error: str, code: str | None = None) -> None:
        value = {"via": VIA, "statement": sql[:LONGEST_SHOWN]} | ({"code": code} if code else {})
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


def _refusing(
    answer: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answered(request: web.Request) -> web.Response:
        try:
            return await answer(request)
        except Refused as refused:
            return answers.failure(refused)

    return answered


def _token(request: web.Request) -> str | None:
    found = _TOKEN.fullmatch(request.headers.get("Authorization", ""))
    return found[1] if found else None


async def _document(request: web.Request) -> dict[str, Any]:
    """The JSON object that came, which 4.x packs with gzip and 5.x does not; an empty one when none did."""
    try:
        found = json.loads(await request.read() or b"{}")
    except ValueError:
        raise web.HTTPBadRequest(reason="a body that is no JSON") from None
    return found if isinstance(found, dict) else {}
