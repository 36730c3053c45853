"""A fault's refusal in the words of an account, and in those of its blob storage."""

from __future__ import annotations

from xml.sax.saxutils import escape

from aiohttp import web

from harness.contract.effects.source import Refuse
from harness.mocks.source.snowflake import answers
from harness.mocks.source.snowflake.refused import Refused
from harness.mocks.source.snowflake.sessions import MASTER_EXPIRED, SESSION_EXPIRED

WRONG_PASSWORD = ("390100", "Incorrect username or password was specified.")

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
ENDLESS = "endless_listing"
"""Not a refusal but a query that never ends, which is what a listing that never ends is to a driver."""


def account(refusal: Refuse) -> web.Response:
    """How the account refuses: with a status where it is its front that fails, else with a code."""
    if refusal.refuse in _CODES:
        return answers.failure(Refused(*_CODES[refusal.refuse]))
    return web.Response(status=_STATUS[refusal.refuse], headers=_later(refusal))


def blob(refusal: Refuse) -> web.Response:
    """How blob storage refuses."""
    status, code, message = _BLOB[refusal.refuse]
    return storage_error(status, code, message, headers=_later(refusal))


def storage_error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error in XML, as S3 and Google's XML API both have it."""
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f"<?xml version='1.0' encoding='UTF-8'?>{error}"
    told = answers.APART | (headers or {})
    return web.Response(status=status, body=body.encode(), content_type="application/xml", headers=told)


def _later(refusal: Refuse) -> dict[str, str]:
    return {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
