"""How HTTP says no: a status and a JSON body; wrong credentials, and a fault's refusals, in the words of HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from harness.contract.effects.source import Refuse

REFUSALS = {
    "unavailable": (503, "service unavailable"),
    "internal_error": (500, "internal server error"),
    "throttled": (429, "too many requests"),
    "forbidden": (403, "forbidden"),
    "login_refused": (401, "wrong credentials"),
    "session_expired": (401, "the session has expired"),
    "token_expired": (401, "the token has expired"),
}
"""The words of HTTP for what a fault refuses."""


class Unauthorized(Exception):
    """A request without good credentials: what is wrong, whose it is, and the headers of the 401."""

    def __init__(self, text: str, user: str = "", *, error: str | None = None) -> None:
        super().__init__(text)
        self.user = user
        more = "" if error is None else f', error="{error}", error_description="{text}"'
        self.headers = {"WWW-Authenticate": f'Bearer realm="source"{more}, Basic realm="source"'}


def refused_by(refusal: Refuse) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of the answer to a request that a fault refuses."""
    status, text = REFUSALS[refusal.refuse]
    headers = {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
    if status == 401:
        headers |= Unauthorized(text, error="invalid_token").headers
    return status, text, headers


def error_response(status: int, text: str, headers: Mapping[str, str]) -> web.Response:
    """The answer that refuses a request."""
    return web.json_response({"error": text}, status=status, headers=headers)
