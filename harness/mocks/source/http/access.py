"""Who may come in over HTTP, where a chain takes credentials: with a bearer token, or a name and a password.

A chain that takes none of them needs none, so that the simplest one stays simple. ``POST /token`` hands out tokens for
an hour, for the name and the password (RFC 6749, 4.4); the token in the chain's places does not expire.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qs

from aiohttp import web

from harness.contract.effects.source import Refuse
from harness.mocks.core.callers import asker
from harness.mocks.core.documents import whole_number
from harness.mocks.core.incoming import FORM_BYTES, whole
from harness.mocks.core.mock import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.http import VIA
from harness.mocks.source.http.errors import Unauthorized, error_response, refused_by

LASTS_S = 3600
"""How long a token from ``POST /token`` is good."""

CREDENTIALS = ("source.token", "source.user", "source.password")


class Access:
    """Checks requests against what a night grants, and records each login."""

    def __init__(self, mock: Mock, gate: Gate, grants: Mapping[str, str]) -> None:
        self._mock, self._gate, self._grants = mock, gate, grants
        self._asked = False

    def reset(self, takes: Iterable[str]) -> None:
        """Begin a night whose chain takes these places."""
        self._asked = bool(set(takes) & set(CREDENTIALS))

    def check(self, request: web.Request) -> None:
        """Let it pass, or raise `Unauthorized`."""
        if not self._asked:
            return
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        match scheme.lower():
            case "":
                raise Unauthorized("no credentials")
            case "bearer":
                self._check_token(given.strip())
            case "basic":
                self._check_password(given.strip())
            case _:
                raise Unauthorized(f"found credentials of the scheme {scheme!r}, expected Bearer or Basic")

    def refused(
        self, request: web.Request, failed: Callable[[str], None], refusal: Refuse | None
    ) -> web.Response | None:
        """The answer to a request that a fault refuses, or that brings no good credentials; None for any other.

        ``failed`` is told what is wrong.
        """
        if refusal is not None:
            status, text, headers = refused_by(refusal)
            failed(f"{status}: {text}")
            return error_response(status, text, headers)
        try:
            self.check(request)
        except Unauthorized as refused:
            failed(f"401: {refused}")
            return self._login_failed(refused.user, 401, str(refused), refused.headers)
        return None

    async def token(self, request: web.Request) -> web.Response:
        """``POST /token``."""
        refusal = self._gate.refusal(VIA, "login")
        if refusal is not None:
            return self._login_failed("", *refused_by(refusal))
        try:
            token, user = await self._new_token(request)
        except Unauthorized as refused:
            return self._login_failed(refused.user, 401, str(refused), refused.headers)
        except ValueError as error:
            return self._login_failed("", 400, str(error), {})
        self._mock.recorder.record("ok", "login", {"via": VIA, "user": user} | asker())
        told = {"access_token": token, "token_type": "Bearer", "expires_in": LASTS_S}
        return web.json_response(told, headers={"Cache-Control": "no-store"})

    def _login_failed(self, user: str, status: int, text: str, headers: Mapping[str, str]) -> web.Response:
        self._mock.recorder.record("fail", "login", {"via": VIA, "user": user} | asker(), error=f"{status}: {text}")
        return error_response(status, text, headers)

    async def _new_token(self, request: web.Request) -> tuple[str, str]:
        """A token for an hour, and whose it is; `Unauthorized` for wrong credentials, ValueError for a wrong form."""
        given_form = (await whole(request, FORM_BYTES)).decode(errors="replace")
        form = {name: values[-1] for name, values in parse_qs(given_form).items()}
        if form.get("grant_type") != "client_credentials":
            raise ValueError(f"grant_type: found {form.get('grant_type')!r}, expected 'client_credentials'")
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            pair = f"{form.get('client_id', '')}:{form.get('client_secret', '')}"
            given = base64.b64encode(pair.encode()).decode()
        user = self._check_password(given)
        return self._signed(int(time.time()) + LASTS_S), user

    def _check_password(self, given: str) -> str:
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            raise Unauthorized("the credentials are not base64 of NAME:PASSWORD") from None
        if (user, password) != (self._grants["user"], self._grants["password"]):
            raise Unauthorized("wrong name or password", user)
        return user

    def _check_token(self, given: str) -> None:
        if hmac.compare_digest(given.encode(), self._grants["token"].encode()):
            return
        ends = whole_number(given.partition(".")[0])
        if ends is None or not hmac.compare_digest(given.encode(), self._signed(ends).encode()):
            raise Unauthorized("the token is not known", error="invalid_token")
        if time.time() >= ends:
            raise Unauthorized("the token has expired", error="invalid_token")

    def _signed(self, ends_s: int) -> str:
        """A token that says when it ends; nothing has to be remembered."""
        return f"{ends_s}.{hmac.new(self._grants['token'].encode(), str(ends_s).encode(), 'sha256').hexdigest()}"
