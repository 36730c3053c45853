"""Channels of users' own: what comes by one, as its own code reads it, and the answers that this code writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar, cast

from aiohttp import web

from harness.contract.addresses import DESK_PLACES
from harness.contract.channels import OWN
from harness.contract.endpoints import PLACES
from harness.mocks.core import own_http
from harness.mocks.core.own_http import Answer, Asked
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.unfit import UnfitError
from harness.mocks.desk.channels.channel import CUT
from harness.mocks.desk.message import Message, as_name, fields_of_text
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

    def refused(self, asked: Asked, status: int, error: str) -> Answer:
        """What its client hears instead, with the status that HTTP has for it; ``asked`` has no body here.

        Of its own refusals, and of an address that is nobody's (404), or is closed (410).
        """


T = TypeVar("T")

TAKERS: dict[str, TakesPages] = {}

_OURS = frozenset((*PLACES, *DESK_PLACES, "desk.authority"))


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
    """One for each that users' modules play."""
    return [OwnChannel(name, book, taker) for name, taker in TAKERS.items()]


def check_played(takes: Iterable[str]) -> None:
    """UnfitError where a job takes the place of a channel that no module here plays."""
    for place in takes:
        channel = place.removeprefix("desk.").rpartition("_")[0]
        if place.startswith("desk.") and place not in _OURS and channel not in TAKERS:
            raise UnfitError(
                f"the channel '{channel}' of the desk",
                found="no class inside the mocks that plays it",
                expected=f"one under @takes_pages({channel!r}), in a module that the mocks import",
                todo="name that module as an entry point of the group night_harness.mocks, or in pyproject.toml under "
                "[tool.night-harness] mocks",
                author=True,
            )


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
        door, refused = Door(self.name, address), own_http.told(request, request.path)
        message: Message | None = None
        try:
            come = await own_http.asked(request, request.path)
            call = own_http.said(self._taker.read, come, expected=Call)
            door = Door(self.name, address, call.key)
            message = _message(call)
            owner = self._owner(address)
        except Refusal as refusal:
            self._book.refused(door, refusal.field, str(refusal), message)
            return own_http.answer(self._taker.refused, refused, refusal.status, str(refusal))
        except ConnectionError:
            self._book.refused(door, "connection", CUT)
            raise
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
    said = {as_name(name): value for name, value in call.fields.items()}
    return Message(call.title, call.text, fields_of_text(call.text) | said)
