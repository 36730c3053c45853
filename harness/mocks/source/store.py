"""What the source holds: files that arrive at their time, and what a fault lets a client see of them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock, until
from harness.mocks.source import damage


@dataclass(frozen=True)
class Held:
    """A file of the plan; its true content lies in the store under its checksum."""

    file: str
    name: str
    arrives_ns: int
    sha256: str
    size: int
    records: int
    path: Path

    @property
    def where(self) -> dict[str, str]:
        """What a fault may choose the file by, when its content is served."""
        return {"file": self.file, "name": self.name, "what": "file"}


@dataclass(frozen=True)
class Sight:
    """A file as one client sees it at one moment.

    ``kept`` bytes of it are served, of a body that claims to have ``declared`` bytes (None: claims nothing). The
    manifest, the listing and the tag come from ``stated``.
    """

    kept: int
    declared: int | None
    modified_ns: int
    stated: dict[str, Any]
    present: int


class Store:
    """The files of the night. A front end asks `arrived`, `find`, `sight` and, when it serves content, `take`."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self.night = 0
        self._waiting: list[Held] = []
        self._arrived: dict[str, Held] = {}
        self._described: dict[tuple[str, int], dict[str, Any]] = {}
        self._arrivals: asyncio.Task[None] | None = None

    def reset(self, plan: dict[str, Any]) -> None:
        """Begin a night with the plan's files."""
        if self._arrivals is not None:
            self._arrivals.cancel()
        self.night += 1
        self._arrived.clear()
        self._described.clear()
        fields = ("file", "name", "arrives_ns", "sha256", "size", "records")
        self._waiting = sorted(
            (
                Held(**{name: given[name] for name in fields}, path=self._mock.dir / "store" / given["sha256"])
                for given in plan["files"]
            ),
            key=lambda held: (held.arrives_ns, held.name),
        )
        self._publish()
        self._arrivals = asyncio.create_task(self._arrive())

    def arrived(self) -> list[Held]:
        """What is there now, by name."""
        self._publish()
        return [self._arrived[name] for name in sorted(self._arrived)]

    def find(self, name: str) -> Held | None:
        """The file of this name, if it has arrived."""
        self._publish()
        return self._arrived.get(name)

    def sight(self, held: Held) -> Sight:
        """The file as it would be served now; no fault acts."""
        return self._seen(held, self._mock.armory.acting("serve", **held.where))

    def take(self, held: Held) -> Sight:
        """The file as it is served now; faults that damage it leave their receipts."""
        # A fault whose cut falls behind the end, or whose file is whole by now, has nothing to act on.
        orders = self._mock.armory.struck("serve", lambda order: self._kept(held, order) < held.size, **held.where)
        return self._seen(held, orders)

    def state(self) -> dict[str, Any]:
        """Names of what is there and of what is still to come."""
        return {"arrived": sorted(self._arrived), "to come": [held.name for held in self._waiting]}

    def _seen(self, held: Held, orders: list[Order]) -> Sight:
        kept = present = held.size
        declared: int | None = held.size
        modified_ns = held.arrives_ns
        stated = {"size": held.size, "sha256": held.sha256, "records": held.records}
        now_ns = time.time_ns()
        for order in orders:
            kept = min(kept, self._kept(held, order, now_ns))
            if "grow" in order.effect:
                present = min(present, kept)
                modified_ns = max(modified_ns, damage.grown_ns(order, held.arrives_ns, now_ns))
                declared = present
        for order in orders:
            if "cut" in order.effect and kept < held.size:
                length = order.effect.get("length", "consistent")
                declared = {"consistent": kept, "declared": present, "missing": None}[length]
                if order.effect.get("manifest") == "follows":
                    stated, present = self._describe(held, kept), kept
        return Sight(kept=kept, declared=declared, modified_ns=modified_ns, stated=stated, present=present)

    def _kept(self, held: Held, order: Order, now_ns: int | None = None) -> int:
        if "grow" in order.effect:
            return damage.grown_bytes(order, held.size, held.arrives_ns, now_ns or time.time_ns())
        return damage.kept_bytes(held.path, held.size, order.effect)

    def _describe(self, held: Held, kept: int) -> dict[str, Any]:
        if (held.sha256, kept) not in self._described:
            self._described[held.sha256, kept] = damage.described(
                held.path, kept, whole_size=held.size, whole_records=held.records
            )
        return self._described[held.sha256, kept]

    def _publish(self) -> None:
        # A request and the timer may come to the same arrival: whoever is first makes it happen, once.
        while self._waiting and self._waiting[0].arrives_ns <= time.time_ns():
            held = self._waiting.pop(0)
            self._arrived[held.name] = held
            value = {"file": held.file, "name": held.name, "size": held.size}
            value |= {"sha256": held.sha256, "records": held.records}
            self._mock.recorder.record("info", "publish", value)

    async def _arrive(self) -> None:
        while self._waiting:
            await until(self._waiting[0].arrives_ns)
            self._publish()
