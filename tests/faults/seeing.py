"""What real clients do about a fault by themselves: a source that has the fault, each client in the night's time."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness.chain.loading import load_chain
from harness.content.shipped import fixtures
from harness.contract.codec import write
from harness.contract.content import Content
from harness.contract.endpoints import ENDPOINTS
from harness.contract.points import Point
from harness.faults import Fault
from harness.night.file_contents import FileContents
from harness.values.units import ClockTime
from tests.faults.standing import VIA, Audience, Standing
from tests.mocks.conftest import BEGINS_NS, MINUTE_NS, NightOfMocks

CHAIN = load_chain(fixtures() / "chains/planning_feed/chain.yaml")
NIGHT = dt.date(2026, 11, 23)
FILE = "forecast"
ARRIVES, STARTS = ClockTime("01:59"), ClockTime("02:00")
PATIENCE_MINUTES = 240
"""Whoever has not ended so long after the start is waiting."""

REACHED = ("source", "wire")
"""The mocks that a client of the source can meet a fault at."""

EVERYBODYS = ("connect", "dial", "request", "arrive")
"""Points at which nobody can say whose request was whose; a file that arrives otherwise is one among its feed's."""

REFUSING = ("connect", "dial", "request")
"""Points at which a fault refuses what is asked for."""


@dataclass
class Stage:
    """The mocks that a fault may ask for (`harness.faults.System`), and what it has asked of them."""

    night: NightOfMocks
    store: FileContents
    components: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)

    @contextmanager
    def armed(self, fault: Fault, point: Point[Any], effect: Any, **where: str) -> Iterator[None]:
        component = point.component
        self.components.append(component)
        self.points.append(point.name)
        if component not in self.night.played:
            yield  # a scheduler, say: no client of the source will notice
            return
        mock = self.night.played[component]
        mock.arm(point.name, write(effect), where=where)
        try:
            yield
        finally:
            mock.done("DELETE", "arm/0")

    def content(self, file: str, *, days_before: int = 0, seed: int | None = None) -> Content:
        stored = self.store.content(CHAIN, file, NIGHT - dt.timedelta(days=days_before), seed or 0)
        shutil.copyfile(self.store.path(stored.sha256), self.night.dir / "store" / stored.sha256)
        return stored

    def receipt(self, fault: Fault, effect: str) -> None:
        self.components.append("night")

    def at(self, time: ClockTime) -> int:
        hours, minutes = (int(part) for part in time.split(":")[:2])
        return BEGINS_NS + ((hours * 60 + minutes - 22 * 60) % (24 * 60)) * MINUTE_NS

    def publish(self, names: Mapping[str, str]) -> bytes:
        """Let the source get the reference chain's file in time, under a name for each client; its bytes."""
        content = self.content(FILE)
        about = {"file": FILE, "arrives_ns": self.at(ARRIVES), "content": write(content)}
        self.night.plan["files"] += [about | {"name": name, "source": VIA[client]} for client, name in names.items()]
        return self.store.path(content.sha256).read_bytes()


class Seeing:
    """A source, a wire before it, and the clients; one fault after the other."""

    def __init__(self, night: NightOfMocks, store: FileContents) -> None:
        self._night, self._store = night, store
        self._audience = Audience(night)

    def reactions(self, fault: Fault, clients: list[str]) -> dict[str, str]:
        """What each did, in the words of `REACTIONS`; nothing of who got the true file at once: it met no fault."""
        stage = Stage(self._night, self._store)
        with fault.inject(stage):
            pass  # whom does it concern?
        if not set(REACHED) & set(stage.components):
            return {}
        apart = any(point in EVERYBODYS for point in stage.points)
        found: dict[str, str] = {}
        for group in [[client] for client in clients] if apart else [clients]:
            self._night.begin()
            found |= self._together(Stage(self._night, self._store), fault, group)
        return found

    def close(self) -> None:
        """End the clients; the mocks are the night's."""
        self._audience.close()

    def _together(self, stage: Stage, fault: Fault, clients: list[str]) -> dict[str, str]:
        names = {client: f"{client}.csv" for client in clients}
        true = stage.publish(names)
        places = self._places()
        begin = (stage.at(STARTS) - BEGINS_NS) / MINUTE_NS
        with fault.inject(stage):
            self._night.run(begin)
            try:
                sent = {client: self._audience.send_for(client, names[client], places) for client in clients}
                self._wait_for([*sent.values()], begin + PATIENCE_MINUTES)
                did = {client: self._reaction(standing, true) for client, standing in sent.items()}
            finally:
                self._audience.dismiss()  # while they wait: once the fault is out, they would go on
        if not self._night.events("fault", *REACHED):
            return {}
        return {client: reaction for client, reaction in did.items() if reaction is not None}

    def _wait_for(self, sent: list[Standing], until_minutes: float) -> None:
        """Let time pass until all have come back, or patience ends. Whoever comes back stops the clock before."""
        stopped = "asked"
        while [standing for standing in sent if not standing.has_ended()] and stopped == "asked":
            stopped = self._night.run(until_minutes).reason
        self._night.page.stopped()  # who came back before anybody looked must not stop the next night

    def _places(self) -> dict[str, str]:
        """What the clients are told of the source, behind its wire."""
        source = self._night.start("source")
        doors = [endpoint for endpoint in ENDPOINTS if endpoint.mock == "source"]
        routes = [f"{door.name}=0=127.0.0.1:{source.endpoints[door.name]}" for door in doors]
        wire = self._night.start("wire", *(word for route in routes for word in ("--route", route)))
        told = [door.places("127.0.0.1", wire.endpoints[door.name]) for door in doors]
        return {name.replace(".", "_").upper(): value for door in told for name, value in door.items()}

    def _reaction(self, standing: Standing, true: bytes) -> str | None:
        ended = standing.ended
        if ended is None:
            return "waits"
        minutes = int(ended.took_s) // 60
        if self._asked(standing.target.name) > 1:
            word = "retries for"
        elif ended.code:
            word = "refuses after"
        elif standing.got() == true and not minutes:
            return None
        else:
            word = "accepts after"
        return f"{word} {minutes}m" if minutes else word.split()[0]

    def _asked(self, name: str) -> int:
        """How often the same was asked for, of what is in the history: downloads that begin, and what is refused.

        A connection that drips is not refused, and whoever needs two of them has not asked twice.
        """
        serves = [value for kind, value, _ in self._night.events("serve") if kind == "invoke" and value["name"] == name]
        receipts = [value for _, value, _ in self._night.events("fault", *REACHED)]
        refused = [
            (value["point"], *sorted(value["where"].items()))
            for value in receipts
            if value["point"] in REFUSING and "drip" not in value["effect"]
        ]
        return max([0, *Counter(value["what"] for value in serves).values(), *Counter(refused).values()])
