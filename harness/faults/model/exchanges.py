"""What a job says to a neighbour and hears from it, as a place of its work: a request, an answer, a commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic.dataclasses import dataclass

from harness.chain.consumers.file_form import FileConsumer
from harness.chain.consumers.postgres import PostgresConsumer
from harness.chain.model import Chain
from harness.contract import orders
from harness.contract.consumers import spoken_as
from harness.contract.events import EventType
from harness.contract.events.neighbours import SENT
from harness.faults.model.fault import STRICT, refusing_in_words
from harness.faults.model.requests import FROM
from harness.values.strict import unknown

When = Literal["before", "after"]
Operation = Literal["get", "list", "put", "login"]

SOURCE, DESK = "source", "desk"
PAGE = "page"

_OF_THE_SOURCE: Mapping[Operation, tuple[str, Mapping[str, Any]]] = {
    "get": ("serve", {"what": "file"}),
    "list": ("serve", {"what": "listing"}),
    "put": ("put", {}),
    "login": ("login", {}),
}
"""An operation of the source as it is recorded: the action, and part of its value."""

_LOGIN_IS_HEARD = frozenset({"sftp", "snowflake"})
"""Protocols in which a login is a request of its own from the start."""


@refusing_in_words
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AtRequest:
    """When a neighbour has a request of the job, and has done nothing about it.

    ``to`` is source, desk, or a consumer over HTTP (a batch) or of kind ``queue`` (a push). ``operation`` is the
    source's: ``get`` (a file itself), ``list``, ``put`` (when it begins), or ``login``, over SFTP and Snowflake.
    """

    to: str
    operation: Operation | None = None

    def __str__(self) -> str:
        return f"a {_said(self.to, self.operation)} to {self.to}"

    def event(self, job: str) -> orders.On:
        """The event that is this."""
        return _event(self.to, self.operation, "invoke", job)

    def never(self, chain: Chain) -> Iterator[str]:
        """Why no job of the chain ever asks for it."""
        yield from _never(self.to, self.operation, chain, login_in=_LOGIN_IS_HEARD)


@refusing_in_words
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AtAnswer:
    """When a request of the job is answered: it has the answer, and does nothing more with it.

    All but the last piece has come to the job, which has done its work with it; the last piece follows when the fault
    has acted. ``to`` and ``operation`` are those of ``at_request``; every protocol answers a ``login``.
    """

    to: str
    operation: Operation | None = None

    def __str__(self) -> str:
        return f"the answer to a {_said(self.to, self.operation)} from {self.to}"

    def event(self, job: str) -> orders.On:
        """The event that is this."""
        return _event(self.to, self.operation, "ok", job)

    def never(self, chain: Chain) -> Iterator[str]:
        """Why no job of the chain ever gets it."""
        yield from _never(self.to, self.operation, chain)


@refusing_in_words
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AtCommit:
    """When a consumer has a batch of the job and has not stored it, or has stored it and not answered.

    Of a table it is the commit of a transaction, or of a statement of its own, that has changed something; of a queue
    a request that brings something to it, or an EXEC that does.
    """

    consumer: str
    when: When = "after"

    def __str__(self) -> str:
        return f"{self.when} a commit at {self.consumer}"

    def event(self, job: str) -> orders.On:
        """The event that is this."""
        return _event(self.consumer, None, "ok" if self.when == "after" else "invoke", job)

    def never(self, chain: Chain) -> Iterator[str]:
        """Why no job of the chain ever commits there."""
        if self.consumer not in chain.consumers:
            yield unknown("consumer", self.consumer, chain.consumers)
        else:
            yield from _takes_files(self.consumer, chain)


Exchange = AtRequest | AtAnswer | AtCommit


def _said(to: str, operation: Operation | None) -> str:
    """What is asked for, also where the author does not say: of the desk and a consumer it can be one thing alone."""
    return operation or {SOURCE: "get", DESK: PAGE}.get(to, "batch")


def _event(to: str, operation: Operation | None, kind: EventType, job: str) -> orders.On:
    """What a neighbour records of it."""
    action, value = _OF_THE_SOURCE[operation or "get"] if to == SOURCE else (PAGE if to == DESK else SENT["http"], {})
    return orders.On(component=to, action=action, type=kind, value={**value, FROM: job})


def of_its_kind(event: orders.On, chain: Chain) -> orders.On:
    """The same, at a consumer of the chain by the name that its kind has for it."""
    consumer = chain.consumers.get(event.component)
    return event if consumer is None else replace(event, action=SENT[spoken_as(consumer.kind)])


def _takes_files(name: str, chain: Chain) -> Iterator[str]:
    """Why no job says anything to that neighbour, where it is a consumer that reads a folder."""
    consumer = chain.consumers.get(name)
    if isinstance(consumer, FileConsumer):
        told = f"found {name}, a consumer of kind {consumer.kind}, to which no job says anything: it takes a file"
        yield f"{told} from {consumer.folder}; try at_write or at_rename with folder: {consumer.folder}"


def _says_many_things(name: str, chain: Chain) -> Iterator[str]:
    """Why it is not said which request is meant, of a database."""
    consumer = chain.consumers.get(name)
    if isinstance(consumer, PostgresConsumer):
        told = f"found {name}, a consumer of kind postgres, to which a job says many things in one transaction"
        yield f"{told}; try at_commit: {{consumer: {name}}}, with when: before or after"


def _never(
    to: str, operation: Operation | None, chain: Chain, *, login_in: frozenset[str] | None = None
) -> Iterator[str]:
    protocols = {file.source for file in chain.files.values()}
    neighbours = [*([SOURCE] if protocols else []), *chain.consumers, DESK]
    told = f"the files of {chain.chain} come by {' and '.join(sorted(protocols))}"
    if to not in neighbours:
        yield unknown("neighbour", to, neighbours)
        return
    yield from _takes_files(to, chain)
    yield from _says_many_things(to, chain)
    if operation is not None and to != SOURCE:
        yield f"found operation '{operation}' at {to}, to which jobs say one thing alone: drop it"
    elif operation == "put" and protocols == {"http"}:
        yield f"found operation 'put', but {told}, which takes none; expected get, list or login"
    elif operation == "login" and login_in is not None and not protocols & login_in:
        by = " or ".join(sorted(login_in))
        yield f"found operation 'login', but {told}: a login is a request of its own by {by} alone; try at_answer"
