"""Links that open one object for a while: a signed URL as Google's storage makes it, and an S3 key pair.

The signature covers method, path and times, not the host: a link must work through the wire, whatever its address.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

BUCKET = "gcs-night-stages"
S3_BUCKET = "s3-night-stages"
REGION = "us-east-1"
VALID_S = 3600
"""How long links and keys are good; a real account's are an hour too."""

_KEY = b"opens nothing but a night"
_SIGNED = {
    "GET": "host",
    # 5.x refuses to send an upload whose link does not name the headers that it is going to set.
    "PUT": "content-encoding;host;x-goog-if-generation-match;x-goog-meta-encryptiondata;"
    "x-goog-meta-matdesc;x-goog-meta-sfc-digest",
}
_WHEN = "%Y%m%dT%H%M%SZ"


Mistake = tuple[int, str, str]
"""What is wrong with a request at the storage: status, code and message as the storage says it."""


def link(host: str, name: str, ticket: str, *, method: str = "GET", valid_s: int = VALID_S) -> str:
    """The URL under which an object can be had (or put) for so long; ``ticket`` tells one statement from another."""
    asked = {
        "X-Goog-Algorithm": "GOOG4-HMAC-SHA256",
        "X-Goog-Credential": f"{ticket}/auto/storage/goog4_request",
        "X-Goog-Date": datetime.fromtimestamp(time.time_ns() // 10**9, UTC).strftime(_WHEN),
        "X-Goog-Expires": str(valid_s),
        "X-Goog-SignedHeaders": _SIGNED[method],
    }
    asked["X-Goog-Signature"] = _signature(method, name, asked)
    return f"http://{host}/{BUCKET}/{quote(name)}?{urlencode(asked)}"


def link_mistake(method: str, name: str, asked: Mapping[str, str]) -> Mistake | None:
    """What is wrong with a link; None for a good one."""
    signed = {key: value for key, value in asked.items() if key != "X-Goog-Signature"}
    if _signature(method, name, signed) != asked.get("X-Goog-Signature"):
        return 403, "SignatureDoesNotMatch", "Access denied."
    since = datetime.strptime(asked["X-Goog-Date"], _WHEN).replace(tzinfo=UTC)
    if time.time() >= since.timestamp() + int(asked["X-Goog-Expires"]):
        return 400, "ExpiredToken", "The provided token has expired."
    return None


class Keys:
    """S3 keys that statements have handed out, each with the moment at which it ends (UTC nanoseconds)."""

    def __init__(self) -> None:
        self._until_ns: dict[str, int] = {}

    def forget(self) -> None:
        """Begin a night."""
        self._until_ns.clear()

    def issue(self, ticket: str) -> dict[str, str]:
        """A key for one statement, as its answer carries it."""
        self._until_ns[ticket] = time.time_ns() + VALID_S * 10**9
        return {"AWS_KEY_ID": f"ASIA{ticket}", "AWS_SECRET_KEY": _token(ticket)[:40], "AWS_TOKEN": _token(ticket)}

    def mistake(self, ticket: str, token: str) -> Mistake | None:
        """What is wrong with a key that came with a request; None for a good one."""
        until_ns = self._until_ns.get(ticket)
        if until_ns is None:
            return 403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
        if token != _token(ticket):
            return 403, "InvalidToken", "The provided token is malformed or otherwise invalid."
        if time.time_ns() >= until_ns:
            return 400, "ExpiredToken", "The provided token has expired."
        return None


def _token(ticket: str) -> str:
    return hmac.new(_KEY, ticket.encode(), hashlib.sha256).hexdigest()


def _signature(method: str, name: str, signed: Mapping[str, str]) -> str:
    text = "\n".join([method, name, urlencode(sorted(signed.items()))])
    return hmac.new(_KEY, text.encode(), hashlib.sha256).hexdigest()
