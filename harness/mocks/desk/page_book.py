"""What the desk has been told: the pages of the night, which of them are open, and the history of it all."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from harness.contract.addresses import Addresses, DerivedAddresses, addresses_of
from harness.contract.effects.desk import Twice, Vanish
from harness.contract.plan import Plan
from harness.contract.points import DELIVER
from harness.mocks.core.callers import FROM, asker
from harness.mocks.core.mock import Mock
from harness.mocks.desk.message import Message, joined
from harness.mocks.desk.on_call import OnCall
from harness.mocks.desk.reading import is_calm, read


@dataclass(frozen=True)
class Door:
    """Where something came in: the channel, the address as it came, and the key by which it is known later.

    ``made``: the desk has made the key, because there came none: what comes twice has two. ``also``: others of the
    owner's people to whose own addresses the same message goes.
    """

    channel: str
    to: str | None = None
    key: str | None = None
    made: bool = False
    also: tuple[str, ...] = ()

    @property
    def value(self) -> dict[str, Any]:
        """As fields of an event."""
        return {"channel": self.channel, "to": self.to, "key": self.key}


@dataclass
class Alert:
    """What is open under a key: each owner who was told of it, with the page, and how often it came again.

    ``numbers``: the page of the night that each of them was told.
    """

    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


class PageBook:
    """The one place that records pages, whatever channel they come by."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self.pages: list[dict[str, Any]] = []
        self._open: dict[tuple[str, str, str], Alert] = {}
        self._count = 0
        self.addresses: Addresses = DerivedAddresses(())
        self._on_call = OnCall(mock)

    def reset(self, plan: Plan) -> None:
        """Begin a night: nothing was told yet."""
        self.pages.clear()
        self._open.clear()
        self._count = 0
        self.addresses = addresses_of({plan.owner, *(job.owner for job in plan.jobs)}, plan.roster)
        self._on_call.reset(plan)

    def page(self, door: Door, owner: str, message: Message, *, alert: str | None = None) -> None:
        """Tell an owner. With ``alert``, what is open under the key in that scope is told once, and then repeats."""
        said = read(message, asker=asker().get(FROM), jobs=self._mock.jobs)
        known = door.value | {"owner": owner, "job": said["job"]} | asker()
        self._record("invoke", "page", known)
        page = {"owner": owner, **said, **door.value}
        for delivery in range(self.deliveries(door.channel, page)):
            if delivery and door.made:
                door = replace(door, key=self.new_id())
            self._deliver(door, owner, page | door.value, alert)

    def deliveries(self, channel: str, page: dict[str, Any]) -> int:
        """How often a page that was taken reaches the people of its owner: once, where nothing is wrong."""
        acting = self._mock.armory.act(DELIVER, channel=channel, owner=page["owner"], **asker())
        for order in acting:
            if isinstance(order.effect, Vanish):
                why = _VANISHED[order.effect.vanish]
                kept = {name: said for name, said in page.items() if name != "owner"}
                self._record("fail", "page", {"field": "delivery"} | kept | asker(), why)
                return 0
        return 2 if any(isinstance(order.effect, Twice) for order in acting) else 1

    def _deliver(self, door: Door, owner: str, page: dict[str, Any], alert: str | None) -> None:
        if alert is not None and door.key is not None:
            open_ = self._open.setdefault((door.channel, alert, door.key), Alert())
            if owner in open_.pages:
                open_.repeats[owner] = open_.repeats.get(owner, 0) + 1
                self._record("info", "page", page | {"repeats": open_.repeats[owner]} | asker())
                return
            open_.pages[owner] = page
            open_.numbers[owner] = self.keep(page, door.also)
        else:
            self.keep(page, door.also)

    def message(self, door: Door, owner: str, message: Message) -> None:
        """Tell an owner by a channel that carries good news as well: what says that nothing is wrong wakes nobody."""
        if is_calm(message):
            self.note(door, joined(message.title, message.text))
        else:
            self.page(door, owner, message)

    def keep(self, page: dict[str, Any], also: Iterable[str] = ()) -> int:
        """Record a page that somebody has been told; its number."""
        number = len(self.pages) + 1
        told = self._on_call.told(page["owner"], self._person(page), number)
        self._record("ok", "page", page | told | asker())
        self.pages.append({"id": number, **page, **told})
        self._on_call.follow(page["owner"], page["job"], number, told, also)
        return number

    def _person(self, page: dict[str, Any]) -> str | None:
        """Whose own mailbox a page has come to, if it is somebody's."""
        holder = self.addresses.holder("mail", page["to"]) if page.get("channel") == "mail" and page["to"] else None
        return None if holder is None else holder.person

    def refused(self, door: Door, field_: str, error: str, message: Message | None = None) -> None:
        """Record a page that nobody was told: what was wrong, and what it would have said, if that could be read."""
        said = {} if message is None else read(message, asker=asker().get(FROM), jobs=self._mock.jobs)
        self._record("fail", "page", {"field": field_} | door.value | said | asker(), error)

    def acknowledge(self, door: Door, alert: str) -> bool:
        """Somebody, or something, has taken what is open under the key; whether anything is."""
        return self._answered("acknowledge", door, self._open.get((door.channel, alert, door.key or "")))

    def resolve(self, door: Door, alert: str) -> bool:
        """What is open under the key is over; what comes under it later is told anew. Whether anything was open."""
        return self._answered("resolve", door, self._open.pop((door.channel, alert, door.key or ""), None))

    def note(self, door: Door, text: str) -> None:
        """Record what was said and wakes nobody: a comment, a change."""
        self._record("info", "note", door.value | {"text": text} | asker())

    def new_id(self) -> str:
        """32 hexadecimal digits that no other record of the night has, and the same record has in every run."""
        self._count += 1
        return hashlib.sha256(f"desk/{self._count}".encode()).hexdigest()[:32]

    def _answered(self, action: str, door: Door, alert: Alert | None) -> bool:
        if alert is None:
            self._record("fail", action, door.value | asker(), "no page of this key is open")
            return False
        for owner, page in alert.pages.items():
            told = {"owner": owner, "job": page["job"]} | self._on_call.answered(alert.numbers[owner])
            self._record("ok", action, door.value | told | asker())
        return True

    def _record(self, type_: Any, action: str, value: dict[str, Any], error: str | None = None) -> None:
        self._mock.recorder.record(type_, action, value, error=error)


_ACCEPTED = "accepted, and nobody is told"
_VANISHED = {
    "lost": f"{_ACCEPTED}: the desk has lost it",
    "wrong_channel": f"{_ACCEPTED}: it went to a channel that nobody of its owner reads",
    "bounced": f"{_ACCEPTED}: a mailbox behind it refused the mail, and the notice went to its sender",
}


def now_ms() -> int:
    """The night's time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
