"""Who may come in over HTTP, where a chain takes credentials: a bearer token, or a name and a password.

A chain that takes none of them needs none, so that the simplest one stays simple. Tokens for a while are handed out at
``POST /token`` for the name and the password (RFC 6749, 4.4); the one of the chain's places is good for ever.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs

from aiohttp import web

LASTS_S = 3600
"""How long a token from ``POST /token`` is good."""

CREDENTIALS = ("source.token", "source.user", "source.password")


class Refused(Exception):
    """A request without good credentials: what is wrong, whose it is, and the headers of the 401."""

    def __init__(self, text: str, user: str = "", *, error: str | None = None) -> None:
        super().__init__(text)
        self.user = user
        more = "" if error is None else f', error="{error}", error_description="{text}"'
        self.headers = {"WWW-Authenticate": f'Bearer realm="source"{more}, Basic realm="source"'}


class HttpAccess:
    """Checks requests against what a night grants."""

    def __init__(self, grants: Mapping[str, str]) -> None:
        self._grants = grants
        self._asked = False

    def reset(self, takes: Iterable[str]) -> None:
        """Begin a night whose chain takes these places."""
        self._asked = bool(set(takes) & set(CREDENTIALS))

    def check(self, request: web.Request) -> None:
        """Let it pass, or raise `Refused`."""
        if not self._asked:
            return
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        match scheme.lower():
            case "":
                raise Refused("no credentials")
            case "bearer":
                self._check_token(given.strip())
            case "basic":
                self._check_password(given.strip())
            case _:
                raise Refused(f"found credentials of the scheme {scheme!r}, expected Bearer or Basic")

    async def token(self, request: web.Request) -> tuple[str, str]:
        """A token that is good for an hour, and whose it is; `Refused` for wrong ones, ValueError for a wrong form."""
        form = {name: values[-1] for name, values in parse_qs(await request.text()).items()}
        if form.get("grant_type") != "client_credentials":
            raise ValueError(f"grant_type: found {form.get('grant_type')!r}, expected 'client_credentials'")
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            pair = f"{form.get('client_id', '')}:{form.get('client_secret', '')}"
            given = base64.b64encode(pair.encode()).decode()
        user = self._check_password(given)
        return self._sealed(int(time.time()) + LASTS_S), user

    def _check_password(self, given: str) -> str:
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            raise Refused("the credentials are not base64 of NAME:PASSWORD") from None
        if (user, password) != (self._grants["user"], self._grants["password"]):
            raise Refused("wrong name or password", user)
        return user

    def _check_token(self, given: str) -> None:
        if hmac.compare_digest(given.encode(), self._grants["token"].encode()):
            return
        ends, _, _ = given.partition(".")
        if not ends.isdecimal() or not hmac.compare_digest(given.encode(), self._sealed(int(ends)).encode()):
            raise Refused("the token is not known", error="invalid_token")
        if time.time() >= int(ends):
            raise Refused("the token has expired", error="invalid_token")

    def _sealed(self, ends_s: int) -> str:
        """A token that says when it ends; nothing has to be remembered."""
        return f"{ends_s}.{hmac.new(self._grants['token'].encode(), str(ends_s).encode(), 'sha256').hexdigest()}"
