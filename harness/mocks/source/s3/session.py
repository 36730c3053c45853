"""Temporary credentials: what STS hands out for a long-lived key, good until the moment that the token itself says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass


class TokenExpired(Exception):
    """The token was good once."""


@dataclass(frozen=True)
class Session:
    """Temporary credentials, and the second at which they end."""

    access_key: str
    secret_key: str
    token: str
    ends_s: int


class Sessions:
    """Makes and knows temporary credentials. Nothing is stored: a token carries its end, signed."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def begin(self, lasts_s: int) -> Session:
        """Credentials that are good for so long, from now."""
        return self._of(int(time.time()) + lasts_s)

    def secret_of(self, access_key: str, token: str | None) -> str | None:
        """The secret of a temporary key; None when there is no such key, `TokenExpired` when it was good once."""
        try:
            ends_s = int(base64.b64decode(token or "", validate=True).partition(b":")[0])
        except ValueError:
            return None
        known = self._of(ends_s)
        if token != known.token or access_key != known.access_key:
            return None
        if time.time() >= ends_s:
            raise TokenExpired
        return known.secret_key

    def _of(self, ends_s: int) -> Session:
        signature = hmac.digest(self._secret, str(ends_s).encode(), "sha256")
        token = base64.b64encode(b"%d:%s" % (ends_s, base64.b64encode(signature))).decode()
        digest = hashlib.sha256(signature).digest()
        access_key = "ASIA" + base64.b32encode(digest[:10]).decode()
        return Session(access_key, base64.b64encode(digest[:30]).decode(), token, ends_s)
