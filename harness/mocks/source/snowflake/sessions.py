"""Sessions: which users are logged in, with which tokens, until when in the night's time."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.mocks.source.snowflake.errors import MASTER_EXPIRED, SESSION_EXPIRED, Refused

SESSION_S = 3600
MASTER_S = 14_400
"""What a real account says of its tokens unless an administrator has set it otherwise (validityInSeconds)."""

LONGEST_STATEMENT_S = 604_800
"""Seven days, the largest STATEMENT_TIMEOUT_IN_SECONDS that a real account takes."""

PARAMETERS: dict[str, Any] = {
    "AUTOCOMMIT": True,
    "CLIENT_PREFETCH_THREADS": 4,
    "CLIENT_RESULT_CHUNK_SIZE": 160,
    "CLIENT_SESSION_KEEP_ALIVE": False,
    "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY": 3600,
    "CLIENT_TELEMETRY_ENABLED": False,  # or else drivers send batches at times of their own
    "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "JSON",
    "STATEMENT_TIMEOUT_IN_SECONDS": 172_800,  # two days, a real account's default
    "TIMEZONE": "America/Los_Angeles",  # a real account's default
}


def given_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as a client gives them; of a known one, only a value that it may have."""
    named = {name.upper(): value for name, value in given.items() if value is not None}
    return {name: value for name, value in named.items() if _may_be(name, value)}


def _may_be(name: str, value: Any) -> bool:
    known = PARAMETERS.get(name)
    if name == "STATEMENT_TIMEOUT_IN_SECONDS":
        return type(value) is int and 0 <= value <= LONGEST_STATEMENT_S
    return known is None or type(value) is type(known)


@dataclass
class Session:
    """One login. ``None`` for what it has not chosen; times are UTC nanoseconds."""

    id: int
    user: str
    database: str | None
    schema: str | None
    warehouse: str | None
    role: str | None
    parameters: dict[str, Any]
    token: str = ""
    master: str = ""
    expires_ns: int = 0
    master_expires_ns: int = 0
    closed: bool = False

    @property
    def statement_timeout_s(self) -> int:
        """How long a statement may run; 0 stands for the longest that an account allows."""
        return int(self.parameters["STATEMENT_TIMEOUT_IN_SECONDS"]) or LONGEST_STATEMENT_S

    def shown(self) -> list[dict[str, Any]]:
        """Its parameters as answers carry them."""
        return [{"name": name, "value": value} for name, value in sorted(self.parameters.items())]


@dataclass
class Sessions:
    """Every session of the night, by the tokens that it had."""

    _tokens: dict[str, Session] = field(default_factory=dict)
    _masters: dict[str, Session] = field(default_factory=dict)
    _count: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def begin(self, user: str, **chosen: Any) -> Session:
        """Begin a session for a user."""
        session = Session(next(self._count), user, **chosen)
        self._issue(session)
        return session

    def of(self, token: str | None) -> Session:
        """Whose session token this is; `Refused` with the code that says what is wrong with it."""
        if token is None:
            raise Refused("390101", "Authorization header not found in the request data.")
        session = self._tokens.get(token)
        if session is None:
            raise Refused("390104", "Session token is invalid, or its session no longer exists.")
        if session.closed:
            raise Refused("390111", "Session no longer exists.  New login required to access the service.")
        if token != session.token or time.time_ns() >= session.expires_ns:
            raise Refused(*SESSION_EXPIRED)
        return session

    def renew(self, master: str | None) -> Session:
        """New tokens for the session of this master token."""
        session = self._masters.get(master or "")
        if session is None or session.closed:
            raise Refused("390113", "Master token not found.  The user must authenticate again.")
        if master != session.master or time.time_ns() >= session.master_expires_ns:
            raise Refused(*MASTER_EXPIRED)
        self._issue(session)
        return session

    def keep_alive(self, session: Session) -> None:
        """A heartbeat: the master token counts anew."""
        session.master_expires_ns = time.time_ns() + MASTER_S * 10**9

    def _issue(self, session: Session) -> None:
        now_ns, number = time.time_ns(), next(self._count)
        session.token, session.master = f"session-{session.id}-{number}", f"master-{session.id}-{number}"
        session.expires_ns = now_ns + SESSION_S * 10**9
        session.master_expires_ns = now_ns + MASTER_S * 10**9
        self._tokens[session.token] = self._masters[session.master] = session
