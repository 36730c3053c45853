"""Who a client is and what it talks to: tokens, version, and whether the scheduler is there."""

from __future__ import annotations

import time

from harness.mocks.scheduler.api.api_tokens import EXPIRED, ApiToken
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Reply
from harness.mocks.scheduler.api.failure import Failure
from harness.mocks.scheduler.api.shapes import FLAG, SOME, TEXT, TOKEN, enum, obj
from harness.mocks.scheduler.timing.local_time import wire_time

VERSION = "22.0.0.0"
"""Above what the vendor's clients require (18.3.0); they strip the last part."""

USER_DISABLED = 2003


def token_view(call: Call, token: ApiToken) -> dict[str, object]:
    """A token with its owner and the time in which it is valid."""
    timezone = call.monitor.context.plan.timezone
    return {
        "id": token.id,
        "user": {"loginName": token.login_name},
        "tokenType": {"type": token.type, "id": token.application or None},
        "validFrom": wire_time(token.valid_from_ns, timezone),
        "validUntil": wire_time(token.valid_until_ns, timezone),
    }


def log_in(call: Call) -> Reply:
    """A token for a user, or for an application."""
    user, kind = call.body["user"], call.body["tokenType"]
    if user["loginName"].lower() in call.monitor.context.plan.disabled_users:
        raise Failure(401, f"User {user['loginName']} is disabled", code=USER_DISABLED)
    token = call.store.tokens.issue(user["loginName"], kind["type"], kind.get("id") or "")
    return Reply(token_view(call, token))


def log_in_by_name(call: Call) -> Reply:
    """A token for a user for whom another system vouches: Windows, or an identity provider."""
    body = call.body or {}
    name = (body.get("user") or {}).get("loginName") or "windows-user"
    return Reply(token_view(call, call.store.tokens.issue(name, "User")))


def own_token(call: Call) -> Reply:
    """The token that the call shows."""
    return Reply(token_view(call, _token(call)))


def renew(call: Call) -> Reply:
    """The same token, valid for longer."""
    token = call.store.tokens.renew(call.path["id"])
    if token is None:
        raise Failure(401, EXPIRED)
    return Reply(token_view(call, token))


def log_out(call: Call) -> Reply:
    """The token is valid no more."""
    call.store.tokens.revoke(_token(call).id)
    return Reply({})


def version(_: Call | None = None) -> Reply:
    """The product's version; needs no token."""
    return Reply({"opConRestApiProductVersion": VERSION})


def service_status(call: Call) -> Reply:
    """Whether the scheduler itself is there."""
    now = wire_time(time.time_ns(), call.monitor.context.plan.timezone)
    return Reply({"timeStamp": now, "running": call.monitor.alive})


def _token(call: Call) -> ApiToken:
    if call.token is None:
        raise Failure(401, EXPIRED)
    return call.token


_USER = obj("loginName", "password", loginName=SOME, password=TEXT)
_LOGIN = obj("user", "tokenType", user=_USER, tokenType=obj("type", type=enum("User", "Application"), id=TEXT))
_ANY_USER = obj(user=obj(loginName=TEXT), tokenType=obj(type=TEXT, id=TEXT))

ENDPOINTS = [
    Endpoint("POST", "/tokens", "Log in", log_in, TOKEN, body=_LOGIN, free=True, fails=(401,)),
    Endpoint("POST", "/tokens/windowsauth", "Log in as Windows says", log_in_by_name, TOKEN, body=_ANY_USER, free=True),
    Endpoint("POST", "/externaltoken", "Log in as others say", log_in_by_name, TOKEN, body=_ANY_USER, free=True),
    Endpoint("GET", "/tokens", "The own token", own_token, TOKEN),
    Endpoint("PUT", "/tokens/{id}", "Renew a token", renew, TOKEN),
    Endpoint("DELETE", "/tokens", "Log out", log_out, obj()),
    Endpoint(
        "GET", "/version", "The version", version,
        obj("opConRestApiProductVersion", opConRestApiProductVersion=TEXT), free=True, always=True,
    ),
    Endpoint(
        "GET", "/servicestatus", "Whether the scheduler runs", service_status,
        obj("timeStamp", "running", timeStamp=TEXT, running=FLAG),
    ),
]  # fmt: skip
