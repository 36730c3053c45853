"""Who may come in at a consumer that asks for it: with a bearer token, or with a name and a password."""

from __future__ import annotations

import base64
import hmac

from aiohttp import web

from harness.contract.consumers import HTTP_GRANTS, Auth
from harness.mocks.core.refusal import Refusal

HEADER = "Authorization"


def check(request: web.Request, auth: Auth | None) -> None:
    """Let it pass, or refuse it with 401."""
    if auth is None:
        return
    scheme, _, given = request.headers.get(HEADER, "").partition(" ")
    if not scheme:
        raise _unauthorized("nothing", auth)
    if scheme.lower() != auth:
        raise _unauthorized(f"credentials of the scheme {scheme!r}", auth)
    if not hmac.compare_digest(given.strip().encode(), _expected(auth).encode()):
        raise _unauthorized("credentials that are not known", auth)


def challenge(auth: Auth) -> dict[str, str]:
    """What a 401 says of how to come in (RFC 9110, 11.6.1)."""
    return {"WWW-Authenticate": f'{auth.title()} realm="consumers"'}


def _expected(auth: Auth) -> str:
    if auth == "bearer":
        return HTTP_GRANTS["token"]
    return base64.b64encode(f"{HTTP_GRANTS['user']}:{HTTP_GRANTS['password']}".encode()).decode()


def _unauthorized(found: str, auth: Auth) -> Refusal:
    return Refusal(HEADER, found=found, expected=f"{auth.title()} and the credentials of this consumer", status=401)
