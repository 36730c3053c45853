"""Who may come in: logins, the tokens of sessions, their renewal, heartbeats and logouts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from harness.contract.endpoints import SNOWFLAKE
from harness.mocks.core.callers import asker
from harness.mocks.core.documents import NoDocument, document
from harness.mocks.core.incoming import whole
from harness.mocks.core.mock import Mock
from harness.mocks.core.refusal import Refusal
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.snowflake import VIA, answers
from harness.mocks.source.snowflake.errors import WRONG_PASSWORD, Refused, account_refusal, failure
from harness.mocks.source.snowflake.selecting import VERSION
from harness.mocks.source.snowflake.sessions import MASTER_S, PARAMETERS, SESSION_S, Session, Sessions, given_parameters

_TOKEN = re.compile(r'Snowflake Token="(.*)"')
PASSWORDS = frozenset({"", "SNOWFLAKE"})
"""The authenticators that send a password; no other is played."""


class Access:
    """Answers logins, renewals, heartbeats and logouts, and knows the session of every other request."""

    def __init__(self, mock: Mock, gate: Gate) -> None:
        self._mock, self._gate = mock, gate
        self._sessions = Sessions()

    def reset(self) -> None:
        """Begin a night: there is no session."""
        self._sessions = Sessions()

    async def login(self, request: web.Request) -> web.Response:
        """``POST /session/v1/login-request``."""
        data = (await document_of(request)).get("data")
        data = data if isinstance(data, dict) else {}
        value = {"via": VIA, "user": str(data.get("LOGIN_NAME", ""))} | asker()
        record = self._mock.recorder.record
        record("invoke", "login", value)
        if (refusal := self._gate.refusal(VIA, "login")) is not None:
            record("fail", "login", value, error=refusal.refuse)
            return account_refusal(refusal)
        if not _knows_account(data):
            record("fail", "login", value, error=f"there is no account {data.get('ACCOUNT_NAME')!r}")
            return web.Response(status=403)
        try:
            session = _log_in(self._sessions, data, request.query)
        except Refused as refused:
            record("fail", "login", value, error=str(refused))
            return failure(refused)
        record("ok", "login", value)
        return answers.success(_told(session))

    async def renew(self, request: web.Request) -> web.Response:
        """``POST /session/token-request``: new tokens for a master token."""
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

    async def heartbeat(self, request: web.Request) -> web.Response:
        """``POST /session/heartbeat``."""
        self._sessions.keep_alive(self.session(request))
        return answers.success()

    async def close(self, request: web.Request) -> web.Response:
        """``POST /session``: the client logs out."""
        self.session(request).closed = True
        return answers.success()

    def session(self, request: web.Request) -> Session:
        """Whose request this is; `Refused` for one without a good session token."""
        return self._sessions.of(_token(request))


def _knows_account(data: Mapping[str, Any]) -> bool:
    """Whether it is this account that the client means."""
    return str(data.get("ACCOUNT_NAME", "")).upper() == SNOWFLAKE["account"].upper()


def _log_in(sessions: Sessions, data: Mapping[str, Any], asked: Mapping[str, str]) -> Session:
    """A new session for the right name and password; `Refused` for any other."""
    authenticator = str(data.get("AUTHENTICATOR") or "").upper()
    if authenticator not in PASSWORDS:
        raise Refused("390100", f"Authenticator {authenticator} is not played here: this account takes passwords.")
    name, password = str(data.get("LOGIN_NAME", "")).upper(), str(data.get("PASSWORD", ""))
    if (name, password) != (SNOWFLAKE["user"], SNOWFLAKE["password"]):
        raise Refused(*WRONG_PASSWORD, nextAction="RETRY_LOGIN", authnMethod="USERNAME_PASSWORD", inFlightCtx=None)
    database = _chosen(asked, "databaseName", "database")
    schema = _chosen(asked, "schemaName", "schema") or (SNOWFLAKE["schema"] if database else None)
    given = data.get("SESSION_PARAMETERS")
    return sessions.begin(
        name,
        database=database,
        schema=schema if database else None,
        warehouse=_chosen(asked, "warehouse", "warehouse"),
        role=_chosen(asked, "roleName", "role") or SNOWFLAKE["role"],
        parameters=PARAMETERS | given_parameters(_object(given)),
    )


def _object(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _told(session: Session) -> dict[str, Any]:
    """What the client is told of its session; 5.x needs both tokens and the id, 4.x takes less."""
    return {
        "token": session.token,
        "masterToken": session.master,
        "validityInSeconds": SESSION_S,
        "masterValidityInSeconds": MASTER_S,
        "displayUserName": session.user,
        "serverVersion": VERSION,
        "firstLogin": False,
        "healthCheckInterval": 45,
        "sessionId": session.id,
        "parameters": session.shown(),
        "sessionInfo": {
            "databaseName": session.database,
            "schemaName": session.schema,
            "warehouseName": session.warehouse,
            "roleName": session.role,
        },
        "idToken": None,
        "mfaToken": None,
    }


def _chosen(asked: Mapping[str, str], parameter: str, grant: str) -> str | None:
    """What the client asks for, if it is there: one that is not leaves the session without, as a real account does."""
    return SNOWFLAKE[grant] if asked.get(parameter, "").strip('"').upper() == SNOWFLAKE[grant] else None


def _token(request: web.Request) -> str | None:
    found = _TOKEN.fullmatch(request.headers.get("Authorization", ""))
    return found[1] if found else None


async def document_of(request: web.Request) -> dict[str, Any]:
    """The JSON object that came, which 4.x packs with gzip and 5.x does not; an empty one when none did."""
    try:
        found = document(await whole(request) or b"{}")
    except NoDocument as error:
        raise Refusal("body", found=str(error), expected="a JSON object") from None
    return found if isinstance(found, dict) else {}
