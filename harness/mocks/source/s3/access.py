"""Who may come in: every request's signature is checked against the keys that a night grants, as S3 checks it."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from harness.mocks.core.documents import whole_number
from harness.mocks.source.s3.errors import S3Error
from harness.mocks.source.s3.session import Sessions, TokenExpired
from harness.mocks.source.s3.signature import ALGORITHM, Scope, Signer, canonical_request, parse_moment, query_pairs
from harness.mocks.source.s3.xml import moment as written

SKEW_S = 15 * 60
"""How far a client's clock may be off."""

LONGEST_PRESIGNED_S = 7 * 24 * 3600
UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class Signed:
    """A request that may pass: whose it is, what it says of its payload, and what the payload's signatures follow."""

    access_key: str
    payload: str
    signer: Signer
    signature: str


class Access:
    """Checks requests against one long-lived key, and the temporary ones that were derived from it."""

    def __init__(self, grants: Mapping[str, str], sessions: Sessions) -> None:
        self._key, self._secret, self._region = grants["access_key"], grants["secret_key"], grants["region"]
        self._sessions = sessions

    def check(self, request: web.Request, service: str = "s3", sha256: str | None = None) -> Signed:
        """The request's signer; S3Error when it may not pass. ``sha256``: of a body that has been read already."""
        query = dict(query_pairs(request.raw_path.partition("?")[2]))
        if "X-Amz-Algorithm" in query:
            return self._presigned(request, query)
        given = request.headers.get("Authorization")
        if given is None:
            raise S3Error("AccessDenied")
        if not given.startswith(f"{ALGORITHM} "):
            raise S3Error(
                "InvalidRequest", f"The authorization mechanism you have provided is not supported. Use {ALGORITHM}."
            )
        parts = dict(part.strip().partition("=")[::2] for part in given.removeprefix(ALGORITHM).split(","))
        if missing := {"Credential", "SignedHeaders", "Signature"} - set(parts):
            raise S3Error("AuthorizationHeaderMalformed", f"{min(missing)} is missing in the Authorization header")
        scope = self._scope(request, parts["Credential"], "AuthorizationHeaderMalformed")
        at = request.headers.get("X-Amz-Date", "")
        seconds = _seconds(at, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        if abs(seconds - time.time()) > SKEW_S:
            raise S3Error("RequestTimeTooSkewed", RequestTime=at, ServerTime=written(time.time_ns()))
        if scope.service != service:
            raise S3Error(
                "AuthorizationHeaderMalformed",
                f"The authorization header is malformed; incorrect service {scope.service!r}, expecting {service!r}",
            )
        payload = request.headers.get("X-Amz-Content-Sha256", sha256)
        if payload is None:
            raise S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
        signer = Signer.of(scope, at, self._secret_of(scope.access_key, request.headers.get("X-Amz-Security-Token")))
        return self._compared(request, signer, parts["SignedHeaders"], parts["Signature"], payload)

    def _presigned(self, request: web.Request, query: Mapping[str, str]) -> Signed:
        malformed = "AuthorizationQueryParametersError"
        names = ("Credential", "Date", "Expires", "SignedHeaders", "Signature")
        for name in names:
            if f"X-Amz-{name}" not in query:
                raise S3Error(malformed, f"X-Amz-{name} is missing; found {sorted(query)}")
        credential, at, expires, headers, signature = (query[f"X-Amz-{name}"] for name in names)
        scope = self._scope(request, credential, malformed)
        seconds = _seconds(at, malformed, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
        lasts_s = whole_number(expires, LONGEST_PRESIGNED_S)
        if not lasts_s:
            raise S3Error(malformed, f"X-Amz-Expires must be between 1 and {LONGEST_PRESIGNED_S}; found {expires!r}")
        now_s = time.time()
        if seconds - now_s > SKEW_S:
            raise S3Error("AccessDenied", "Request is not yet valid")
        ends = seconds + lasts_s
        if now_s >= ends:
            until, now = written(ends * 1_000_000_000), written(time.time_ns())
            raise S3Error("AccessDenied", "Request has expired", Expires=until, ServerTime=now)
        signer = Signer.of(scope, at, self._secret_of(scope.access_key, query.get("X-Amz-Security-Token")))
        return self._compared(request, signer, headers, signature, UNSIGNED)

    def _compared(self, request: web.Request, signer: Signer, names: str, signature: str, payload: str) -> Signed:
        path, _, query = request.raw_path.partition("?")
        headers = {name: ",".join(request.headers.getall(name, [""])) for name in names.lower().split(";")}
        if "host" not in headers:
            raise S3Error("SignatureDoesNotMatch", "The host header must be signed")
        canonical = canonical_request(request.method, path, query_pairs(query), headers, payload)
        if not hmac.compare_digest(signer.request(canonical).encode(), signature.encode()):
            raise S3Error("SignatureDoesNotMatch", AWSAccessKeyId=signer.scope.access_key, CanonicalRequest=canonical)
        return Signed(signer.scope.access_key, payload, signer, signature)

    def _scope(self, request: web.Request, credential: str, malformed: str) -> Scope:
        try:
            scope = Scope.parse(credential)
        except ValueError as error:
            raise S3Error(malformed, f"Credential: {error}") from None
        # A client that asks for the bucket's location does not know yet which region to sign for.
        if scope.region != self._region and "location" not in request.query:
            wrong = f"the region '{scope.region}' is wrong; expecting '{self._region}'"
            raise S3Error(malformed, f"The authorization header is malformed; {wrong}", Region=self._region)
        return scope

    def _secret_of(self, access_key: str, token: str | None) -> str:
        if access_key == self._key:
            if token:
                raise S3Error("InvalidToken")
            return self._secret
        try:
            found = self._sessions.secret_of(access_key, token)
        except TokenExpired:
            raise S3Error("ExpiredToken") from None
        if found is None:
            raise S3Error("InvalidAccessKeyId", AWSAccessKeyId=access_key)
        return found


def _seconds(text: str, code: str, message: str) -> int:
    try:
        return parse_moment(text)
    except ValueError:
        raise S3Error(code, message) from None
