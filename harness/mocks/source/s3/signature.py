"""AWS Signature Version 4: what a client must have signed, and with what.

The algorithm: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
Bodies in signed chunks: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256().hexdigest()


@dataclass(frozen=True)
class Scope:
    """What a signing key is good for, as a client claims it."""

    access_key: str
    day: str
    region: str
    service: str

    @classmethod
    def parse(cls, credential: str) -> Scope:
        """``KEY/YYYYMMDD/region/service/aws4_request``; ValueError says what is wrong with it."""
        parts = credential.rsplit("/", 4)
        if len(parts) != 5 or parts[4] != "aws4_request":
            raise ValueError(f"found {credential!r}, expected KEY/YYYYMMDD/REGION/SERVICE/aws4_request")
        return cls(*parts[:4])

    @property
    def text(self) -> str:
        """It, without the key."""
        return f"{self.day}/{self.region}/{self.service}/aws4_request"


@dataclass(frozen=True)
class Signer:
    """Signs in one scope at one moment: the request, then each chunk of its body in turn."""

    scope: Scope
    moment: str
    key: bytes

    @classmethod
    def of(cls, scope: Scope, moment: str, secret: str) -> Signer:
        """Derive the signing key of a secret."""
        key = f"AWS4{secret}".encode()
        for part in scope.text.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return cls(scope, moment, key)

    def request(self, canonical: str) -> str:
        """The signature of a request in canonical form."""
        return self._sign(ALGORITHM, _sha256(canonical.encode()))

    def chunk(self, before: str, sha256: str) -> str:
        """The signature of a chunk that follows the one (or the head) with the signature ``before``."""
        return self._sign(f"{ALGORITHM}-PAYLOAD", before, EMPTY_SHA256, sha256)

    def trailer(self, before: str, lines: bytes) -> str:
        """The signature of the trailing headers."""
        return self._sign(f"{ALGORITHM}-TRAILER", before, _sha256(lines))

    def _sign(self, algorithm: str, *lines: str) -> str:
        text = "\n".join((algorithm, self.moment, self.scope.text, *lines))
        return hmac.new(self.key, text.encode(), "sha256").hexdigest()


def canonical_request(
    method: str, path: str, query: Iterable[tuple[str, str]], headers: Mapping[str, str], payload: str
) -> str:
    """A request as it is signed: ``path`` as it was sent, ``query`` decoded, ``headers`` the signed ones in order."""
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in query if name != "X-Amz-Signature")
    lines = [method, quote(unquote(path), safe="/~"), "&".join(f"{name}={value}" for name, value in pairs)]
    lines += [f"{name}:{' '.join(value.split())}" for name, value in headers.items()]
    return "\n".join([*lines, "", ";".join(headers), payload])


def parse_moment(text: str) -> int:
    """``YYYYMMDDTHHMMSSZ`` in seconds since the epoch; ValueError when it is none."""
    return int(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())


def query_pairs(query: str) -> list[tuple[str, str]]:
    """A query string, decoded; S3 gives a plus sign no meaning of its own."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def _encoded(text: str) -> str:
    return quote(text, safe="~")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
