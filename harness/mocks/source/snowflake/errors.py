"""How Snowflake says no: an account with a code of six digits, blob storage with a status and XML.

The account's code comes as a success would come, with HTTP status 200. A fault's refusals are put in the same words.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

from harness.contract.effects.source import Refuse
from harness.mocks.core.refusal import Refusal
from harness.mocks.source.snowflake.answers import APART, json_answer

WRONG_PASSWORD = ("390100", "Incorrect username or password was specified.")
SESSION_EXPIRED = ("390112", "Session token has expired, and needs to be renewed with the master token.")
MASTER_EXPIRED = ("390114", "Authentication token has expired.  The user must authenticate again.")

_STATUS = {"unavailable": 503, "internal_error": 500, "throttled": 429, "forbidden": 403}
_CODES = {"login_refused": WRONG_PASSWORD, "session_expired": SESSION_EXPIRED, "token_expired": MASTER_EXPIRED}
_BLOB = {
    "unavailable": (503, "ServiceUnavailable", "We encountered an internal error. Please try again."),
    "internal_error": (500, "InternalError", "We encountered an internal error. Please try again."),
    "throttled": (429, "SlowDown", "The rate of requests is too high. Please reduce your request rate."),
    "forbidden": (403, "AccessDenied", "Access denied."),
    "login_refused": (403, "SignatureDoesNotMatch", "Access denied."),
    "session_expired": (400, "ExpiredToken", "The provided token has expired."),
    "token_expired": (400, "ExpiredToken", "The provided token has expired."),
}
STORAGE_PATHS = ("/gcs-", "/s3-")
ENDLESS = "endless_listing"
"""Not a refusal but a query that never ends, which is what a listing that never ends is to a driver."""


class Refused(Exception):
    """A request that is understood and refused; ``data`` is what the answer carries beside code and message."""

    def __init__(self, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class SqlRefused(Refused):
    """A statement that cannot be carried out; ``line`` counts from 1 and ``position`` from 0, as Snowflake's do."""

    def __init__(self, code: str, state: str, message: str, *, line: int = -1, position: int = -1) -> None:
        told = {"internalError": False, "errorCode": code, "age": 0, "sqlState": state, "line": line, "pos": position}
        super().__init__(code, f"SQL compilation error:\n{message}", **told, type="COMPILATION")


def unexpected(found: str, line: int, position: int) -> SqlRefused:
    """A syntax error at a token, in Snowflake's words."""
    message = f"syntax error line {line} at position {position} unexpected '{found}'."
    return SqlRefused("001003", "42000", message, line=line, position=position)


def failure(refused: Refused, **data: Any) -> web.Response:
    """The answer to a request that is refused, with status 200 all the same."""
    told = {**refused.data, **data} or None
    return json_answer(
        {"data": told, "code": refused.code, "message": refused.message, "success": False, "headers": None}
    )


def with_refusals(
    answer: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that answers with the `Refused` that it raises."""

    async def answered(request: web.Request) -> web.Response:
        try:
            return await answer(request)
        except Refused as refused:
            return failure(refused)

    return answered


def account_refusal(refusal: Refuse) -> web.Response:
    """How the account refuses for a fault: with a status where its front fails, else with a code."""
    if refusal.refuse in _CODES:
        return failure(Refused(*_CODES[refusal.refuse]))
    return web.Response(status=_STATUS[refusal.refuse], headers=_later(refusal))


def storage_refusal(refusal: Refuse) -> web.Response:
    """How blob storage refuses for a fault."""
    status, code, message = _BLOB[refusal.refuse]
    return storage_error(status, code, message, headers=_later(refusal))


def storage_error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error in XML, as S3 and Google's XML API both have it."""
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f"<?xml version='1.0' encoding='UTF-8'?>{error}"
    told = APART | (headers or {})
    return web.Response(status=status, body=body.encode(), content_type="application/xml", headers=told)


def refused_by_shape(request: web.Request, refusal: Refusal) -> web.Response:
    """What a client's mistake becomes: JSON at the account, XML at the blob storage, with the status of HTTP."""
    if request.path.startswith(STORAGE_PATHS):
        return storage_error(refusal.status, "InvalidRequest", str(refusal))
    answer = failure(Refused("390000", str(refusal)))
    answer.set_status(refusal.status)
    return answer


def _later(refusal: Refuse) -> dict[str, str]:
    return {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
