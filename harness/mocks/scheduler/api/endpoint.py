"""One endpoint of the API: its method and path, what it takes, what it answers, and how a call is matched with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import fastjsonschema

from harness.mocks.core.documents import NoDocument, document
from harness.mocks.scheduler.api.api_tokens import ApiToken
from harness.mocks.scheduler.api.failure import Failure
from harness.mocks.scheduler.api.shapes import Shape
from harness.mocks.scheduler.api.store import Store
from harness.mocks.scheduler.monitor import Monitor


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter, whose name clients write in any case."""

    name: str
    shape: Shape
    meaning: str


@dataclass(slots=True)
class Call:
    """One call: the monitor it is for, the parts of its path, its query by lower-case names, and its body."""

    monitor: Monitor
    path: dict[str, str]
    query: Mapping[str, str]
    body: Any
    token: ApiToken | None
    store: Store

    def listed(self, name: str) -> list[str] | None:
        """A query parameter that is a list with commas; None when it is not there."""
        written = self.query.get(name.lower())
        return None if not written else [part.strip() for part in written.split(",") if part.strip()]

    def dates(self) -> list[str] | None:
        """The dates that a query asks for; None when it asks for all."""
        listed = self.listed("dates")
        return None if listed is None else [dashed(one) for one in listed]

    def number(self, name: str) -> int | None:
        """A query parameter that is a number from 0."""
        written = self.query.get(name.lower())
        if not written:
            return None
        if not (written.isascii() and written.isdigit() and len(written) < 10):
            raise Failure(400, f"{name}: found {written!r}, expected a number from 0")
        return int(written)


@dataclass(slots=True)
class Reply:
    """An answer: JSON, or JSON that is text already, with its status and headers."""

    content: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


Answer = Callable[[Call], Reply]


@dataclass(slots=True)
class Endpoint:
    """What the API offers under one method and path; ``free`` needs no token."""

    method: str
    path: str
    summary: str
    answer: Answer
    returns: Shape | None = None
    query: Sequence[Query] = ()
    body: Shape | None = None
    status: int = 200
    free: bool = False
    always: bool = False
    """Answered before a night has been planned, too."""
    fails: tuple[int, ...] = ()
    canonical: Callable[[Any], Any] = lambda body: body
    """Spells what clients write in any case as the shape of the body has it."""
    _judge: Callable[[Any], Any] | None = None

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        """The parts of a path that is this one's, in any case; None when it is another's."""
        own = self.path.strip("/").split("/")
        if len(own) != len(segments):
            return None
        found = {}
        for mine, theirs in zip(own, segments, strict=True):
            if mine.startswith("{"):
                found[mine[1:-1]] = unquote(theirs)
            elif mine.lower() != theirs.lower():
                return None
        return found

    def read(self, raw: bytes) -> Any:
        """The body of a call, as JSON of the endpoint's shape; `Failure` says what is wrong with it."""
        if self.body is None:
            return None
        try:
            body = document(raw)
        except NoDocument as error:
            raise Failure(400, f"the body: found {error}, expected JSON") from None
        body = self.canonical(_without_nulls(body))
        if self._judge is None:
            self._judge = fastjsonschema.compile(_for_judging(self.body))
        try:
            self._judge(body)
        except fastjsonschema.JsonSchemaException as error:
            raise Failure(400, str(error).replace("data", "the body", 1)) from None
        return body


def dashed(date: str) -> str:
    """A date as it is kept here, of one that the vendor's PowerShell module may have written with slashes."""
    return date.replace("/", "-")


def _without_nulls(body: Any) -> Any:
    """A null says no more than a field that is not there."""
    if isinstance(body, dict):
        return {name: _without_nulls(value) for name, value in body.items() if value is not None}
    return [_without_nulls(one) for one in body] if isinstance(body, list) else body


def _for_judging(shape: Any) -> Any:
    """The dialect that the judge of requests knows."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", **shape}
