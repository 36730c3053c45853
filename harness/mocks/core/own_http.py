"""What users' code inside a mock is asked about a request, and how it answers: plain data, whatever serves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from harness.mocks.core.documents import NoDocument, document
from harness.mocks.core.extensions import users_code
from harness.mocks.core.incoming import DOCUMENT_BYTES, whole
from harness.mocks.core.refusal import Refusal

T = TypeVar("T")

HANDED_OUT = ("Content-Encoding", "Transfer-Encoding")
"""Heads that say nothing of a body as it is handed out: unpacked, and whole."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request: ``path`` is what follows ``<consumer>.url``, or the desk's address; ``body`` is whole and unpacked.

    ``headers``: whatever their case (``asked.headers.get("X-Title")``), the first of a name.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as a text; what is no UTF-8 becomes ``�``."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body as JSON; Refusal where it is none."""
        try:
            return document(self.body)
        except NoDocument as error:
            raise Refusal("body", found=str(error), expected="JSON") from None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What its client hears: a text as it is, anything else that is no bytes as JSON."""

    status: int = 200
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        """The same, as it is sent."""
        if isinstance(self.body, bytes):
            return web.Response(status=self.status, body=self.body, headers=self.headers)
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body, headers=self.headers)
        return web.json_response(self.body, status=self.status, headers=self.headers)


async def asked(request: web.Request, path: str, most: int = DOCUMENT_BYTES) -> Asked:
    """A request as users' code gets it; Refusal where its body cannot be read."""
    return told(request, path, await whole(request, most))


def told(request: web.Request, path: str, body: bytes = b"") -> Asked:
    """The same, where nobody has to read the body."""
    headers = request.headers.copy()
    for name in HANDED_OUT:
        headers.popall(name, None)
    return Asked(method=request.method, path=path, query=request.query, headers=headers, body=body)


def said(function: Callable[..., T], *given: Any, expected: type[T]) -> T:
    """What users' code says of something; a Refusal is its to raise, and all else that it raises is its mistake."""
    refusal: Refusal | None = None
    with users_code(function):
        try:
            found = function(*given)
            if not isinstance(found, expected):
                raise TypeError(f"it returned {found!r}, expected {expected.__name__}")
            return found
        except Refusal as no:
            refusal = no
    raise refusal


def answer(function: Callable[..., Answer], *given: Any) -> web.Response:
    """What users' code answers, as it is sent."""
    found = said(function, *given, expected=Answer)
    with users_code(function):
        return found.response()
