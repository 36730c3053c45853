"""Channels of users' own: what comes by one, as its own code reads it, and the answers that this code writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar, cast

from aiohttp import web

from harness.contract.channels import OWN
from harness.mocks.core import own_http
from harness.mocks.core.own_http import Answer, Asked
from harness.mocks.core.refusal import Refusal
from harness.mocks.desk.message import Message, fields_of_text
from harness.mocks.desk.page_book import Door, PageBook


@dataclass(frozen=True, kw_only=True)
class Call:
    """What has come: a title, a text, and what is said under a name, as ``{"job": "retrieve"}``.

    Lines of the text like ``Job: retrieve`` are fields, too. ``key``: what comes again under it while it is open
    repeats a page, and nobody is told anew. ``does``: it pages, or answers for what is open under its key; a note
    wakes nobody.
    """

    title: str
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    does: Literal["page", "acknowledge", "resolve", "note"] = "page"


class TakesPages(Protocol):
    """A channel, as its author writes it; it keeps nothing, and knows of a request what `Asked` says."""

    def read(self, asked: Asked) -> Call:
        """What has come; Refusal(field, found=..., expected=..., status=400) where that cannot be read."""

    def answered(self, asked: Asked, call: Call) -> Answer:
        """What its client hears when that is taken."""

    def refused(self, asked: Asked, refusal: Refusal) -> Answer:
        """What its client hears instead: of what cannot be read, and of an address that is nobody's (404) any more (410).

        Where it has not come whole, the body is empty.
        """


T = TypeVar("T")

TAKERS: dict[str, TakesPages] = {}


def takes_pages(name: str) -> Callable[[type[T]], type[T]]:
    """Register the class that plays a channel of your own, in a module for the mocks (`TakesPages`).

    ``name``: what `harness.contract.channels.desk_channel` has registered.
    """

    def register(kind: type[T]) -> type[T]:
        where = f"@takes_pages({name!r}) of {kind.__module__}.{kind.__name__}"
        if name in TAKERS:
            raise ValueError(f"{where}: found a second class for it; the first is of {type(TAKERS[name]).__module__}")
        if name not in OWN:
            known = ", ".join(OWN) or "none"
            raise ValueError(f"{where}: found no channel of this name that desk_channel registers. Known: {known}")
        if missing := [one for one in ("read", "answered", "refused") if not callable(getattr(kind, one, None))]:
            raise ValueError(f"{where}: found no {', '.join(missing)}, expected read, answered and refused")
        TAKERS[name] = cast("TakesPages", kind())
        return kind

    return register


def own_channels(book: PageBook) -> list[OwnChannel]:
    """One for each that users' modules register; ValueError for one that no module in the mocks plays."""
    return [OwnChannel(name, book, taker) for name, taker in TAKERS.items()]


class OwnChannel:
    """A channel over HTTP, which records by itself what cannot be read."""

    def __init__(self, name: str, book: PageBook, taker: TakesPages) -> None:
        self.name = name
        self._book, self._taker = book, taker

    def routes(self) -> Iterable[web.RouteDef]:
        """Its path, whatever the method."""
        return [web.route("*", OWN[self.name].path.replace("{address}", "{address:.+}"), self._take)]

    async def _take(self, request: web.Request) -> web.Response:
        address = request.match_info["address"]
        door, come = Door(self.name, address), own_http.told(request, request.path)
        message: Message | None = None
        try:
            come = await own_http.asked(request, request.path)
            call = own_http.said(self._taker.read, come, expected=Call)
            door = Door(self.name, address, call.key)
            message = _message(call)
            owner = self._owner(address)
        except Refusal as refusal:
            self._book.refused(door, refusal.field, str(refusal), message)
            return own_http.answer(self._taker.refused, come, refusal)
        self._do(call, door, owner, message)
        return own_http.answer(self._taker.answered, come, call)

    def _owner(self, address: str) -> str:
        holder = self._book.addresses.holder(self.name, address)
        if holder is None or holder.gone:
            found, status = ("one that is nobody's", 404) if holder is None else ("one that is closed", 410)
            raise Refusal("address", found=f"{address!r}, {found}", expected="an owner's", status=status)
        return holder.owner

    def _do(self, call: Call, door: Door, owner: str, message: Message) -> None:
        if call.does == "note":
            self._book.note(door, message.text or message.title)
        elif call.does == "acknowledge":
            self._book.acknowledge(door, owner)
        elif call.does == "resolve":
            self._book.resolve(door, owner)
        elif call.key is None:
            self._book.message(door, owner, message)
        else:
            self._book.page(door, owner, message, alert=owner)


def _message(call: Call) -> Message:
    return Message(call.title, call.text, fields_of_text(call.text) | {**call.fields})
