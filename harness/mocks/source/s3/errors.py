"""What S3 says when it refuses: a code that clients act on, its status, and a sentence.

Codes, statuses and sentences as in https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

from harness.contract.effects.source import Refuse
from harness.mocks.core.refusal import Refusal
from harness.mocks.source.s3.xml import STS_NAMESPACE, document, element, texts

CODES: dict[str, tuple[int, str]] = {
    "AccessDenied": (403, "Access Denied"),
    "AuthorizationHeaderMalformed": (400, "The authorization header is malformed"),
    "AuthorizationQueryParametersError": (400, "Query-string authentication is malformed"),
    "BadDigest": (400, "The Content-MD5 or checksum value that you specified did not match what the server received."),
    "BucketAlreadyOwnedByYou": (409, "The bucket that you tried to create already exists, and you own it."),
    "EntityTooLarge": (400, "Your proposed upload exceeds the maximum allowed object size."),
    "EntityTooSmall": (400, "Your proposed upload is smaller than the minimum allowed object size."),
    "ExpiredToken": (400, "The provided token has expired."),
    "IncompleteBody": (400, "You did not provide the number of bytes specified by the Content-Length HTTP header."),
    "InternalError": (500, "We encountered an internal error. Please try again."),
    "InvalidAccessKeyId": (403, "The AWS Access Key Id you provided does not exist in our records."),
    "InvalidArgument": (400, "Invalid Argument"),
    "InvalidDigest": (400, "The Content-MD5 or checksum value that you specified is not valid."),
    "InvalidPart": (400, "One or more of the specified parts could not be found."),
    "InvalidPartOrder": (400, "The list of parts was not in ascending order."),
    "InvalidRange": (416, "The requested range is not satisfiable"),
    "InvalidRequest": (400, "Invalid Request"),
    "InvalidToken": (400, "The provided token is malformed or otherwise not valid."),
    "KeyTooLongError": (400, "Your key is too long"),
    "MalformedXML": (400, "The XML that you provided was not well formed or did not validate."),
    "MaxMessageLengthExceeded": (400, "Your request was too large."),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource."),
    "MissingContentLength": (411, "You must provide the Content-Length HTTP header."),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchUpload": (404, "The specified multipart upload does not exist."),
    "NoSuchVersion": (404, "The specified version does not exist."),
    "NotImplemented": (501, "A header or query that you provided implies functionality that is not implemented."),
    "NotModified": (304, "Not Modified"),
    "PreconditionFailed": (412, "At least one of the preconditions that you specified did not hold."),
    "RequestTimeout": (
        400,
        "Your socket connection to the server was not read from or written to within the timeout period.",
    ),
    "RequestTimeTooSkewed": (403, "The difference between the request time and the server's time is too large."),
    "ServiceUnavailable": (503, "Service is unable to handle request."),
    "SignatureDoesNotMatch": (403, "The request signature we calculated does not match the signature you provided."),
    "SlowDown": (503, "Please reduce your request rate."),
    "XAmzContentSHA256Mismatch": (
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
}

REFUSALS = {
    "unavailable": "ServiceUnavailable",
    "internal_error": "InternalError",
    "throttled": "SlowDown",
    "forbidden": "AccessDenied",
    "login_refused": "InvalidAccessKeyId",
    "session_expired": "ExpiredToken",
    "token_expired": "ExpiredToken",
}
"""The words of S3 for what a fault refuses. It has no sessions: what expires is a temporary credential's token."""

_OF_CLIENTS = {403: "AccessDenied", 408: "RequestTimeout", 413: "EntityTooLarge", 421: "AccessDenied"}
"""The words of S3 for a request that cannot be taken, by the status that HTTP has for it; else InvalidRequest."""

LOGIN_ERRORS = frozenset(
    {
        "AccessDenied",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidToken",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
"""The codes of a request that brings no good credentials: each is a failed login."""


class S3Error(Exception):
    """A refusal of S3; ``details`` are further elements of its XML, ``headers`` go out with it."""

    def __init__(
        self, code: str, message: str | None = None, *, headers: dict[str, str] | None = None, **details: str
    ) -> None:
        self.code = code
        self.status, usual = CODES[code]
        self.message = message or usual
        self.details = details
        self.headers = headers or {}
        super().__init__(f"{self.status}: {code}")

    @classmethod
    def refused(cls, refusal: Refuse) -> S3Error:
        """What a fault at the gate becomes."""
        later = {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
        return cls(REFUSALS[refusal.refuse], headers=later)

    @classmethod
    def of(cls, refusal: Refusal) -> S3Error:
        """What a client's mistake becomes that has nothing to do with S3."""
        return cls(_OF_CLIENTS.get(refusal.status, "InvalidRequest"), str(refusal))

    def xml(self, resource: str, request_id: str) -> str:
        """The document that S3 sends."""
        told = {"Code": self.code, "Message": self.message, **self.details}
        told |= {"Resource": resource, "RequestId": request_id}
        return element("Error", "".join(element(name, text, quoted=True) for name, text in told.items()))

    def sts_xml(self, request_id: str) -> str:
        """The document that STS sends, whose form is not that of S3."""
        error = element("Error", texts(Type="Sender", Code=self.code, Message=self.message))
        return document("ErrorResponse", error + texts(RequestId=request_id), STS_NAMESPACE)
