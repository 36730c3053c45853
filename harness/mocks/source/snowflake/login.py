"""Logging in: who may, and what a new session is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.contract.endpoints import SNOWFLAKE
from harness.mocks.source.snowflake.refused import Refused
from harness.mocks.source.snowflake.refusing import WRONG_PASSWORD
from harness.mocks.source.snowflake.selecting import VERSION
from harness.mocks.source.snowflake.sessions import MASTER_S, PARAMETERS, SESSION_S, Session, Sessions

PASSWORDS = frozenset({"", "SNOWFLAKE"})
"""The authenticators that send a password; no other is played."""


def knows_account(data: Mapping[str, Any]) -> bool:
    """Whether it is this account that the client means."""
    return str(data.get("ACCOUNT_NAME", "")).upper() == SNOWFLAKE["account"].upper()


def log_in(sessions: Sessions, data: Mapping[str, Any], asked: Mapping[str, str]) -> Session:
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
        parameters=PARAMETERS | {name.upper(): value for name, value in _object(given).items() if value is not None},
    )


def _object(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def told(session: Session) -> dict[str, Any]:
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
