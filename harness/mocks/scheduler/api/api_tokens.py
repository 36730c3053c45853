"""API tokens: the credentials that users and applications get for their names, and that expire."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

VALID_NS = 60 * 60_000_000_000
"""How long a user's token is valid, in the night's time; an application's does not expire in a night."""

EXPIRED = "Invalid token specified"
"""Word for word: with another message, or another reason phrase, the vendor's clients do not renew their token."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A credential of a client: whose it is, and from when until when it is valid (UTC nanoseconds)."""

    id: str
    login_name: str
    type: str
    application: str
    valid_from_ns: int
    valid_until_ns: int


class ApiTokens:
    """The tokens that are out; ``keep`` is told of each, so that a scheduler that is started again knows them."""

    def __init__(self, keep: Callable[[str, dict[str, Any]], None]) -> None:
        self._keep = keep
        self._known: dict[str, ApiToken] = {}

    def issue(self, login_name: str, kind: str, application: str = "") -> ApiToken:
        """A new token."""
        now_ns = time.time_ns()
        # From the names and the moment, which no other has: the same night gives the same tokens.
        digest = hashlib.sha256(f"{login_name}/{kind}/{application}/{now_ns}".encode()).hexdigest()
        id_ = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
        valid_ns = VALID_NS if kind == "User" else 24 * VALID_NS
        return self._put(ApiToken(id_, login_name, kind, application, now_ns, now_ns + valid_ns))

    def renew(self, id_: str) -> ApiToken | None:
        """The same token, valid for longer; None when it is not."""
        token = self.valid(id_)
        if token is None:
            return None
        valid_ns = token.valid_until_ns - token.valid_from_ns
        renewed = {**asdict(token), "valid_from_ns": time.time_ns(), "valid_until_ns": time.time_ns() + valid_ns}
        return self._put(ApiToken(**renewed))

    def valid(self, id_: str) -> ApiToken | None:
        """The token of that id, if it is valid now."""
        token = self._known.get(id_)
        return token if token is not None and time.time_ns() < token.valid_until_ns else None

    def of_header(self, header: str) -> ApiToken | None:
        """The token that a request shows: ``Authorization: Token ID``."""
        scheme, _, id_ = header.strip().partition(" ")
        return self.valid(id_.strip()) if scheme.lower() == "token" else None

    def revoke(self, id_: str) -> bool:
        """It is valid no more; whether it was."""
        found = self._known.pop(id_, None)
        self._keep(id_, {})
        return found is not None

    def restore(self, kept: dict[str, dict[str, Any]]) -> None:
        """Know what was issued before the scheduler was started again."""
        self._known = {id_: ApiToken(**content) for id_, content in kept.items() if content}

    def _put(self, token: ApiToken) -> ApiToken:
        self._known[token.id] = token
        self._keep(token.id, asdict(token))
        return token
