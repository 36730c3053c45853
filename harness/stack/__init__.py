"""Where a night runs: the mocks, the agent that starts jobs, and the clock, behind one door.

A stack is started once and reset for every night. What differs between processes and containers is how it starts,
where its endpoints and folders are for a job, and how it ends; all else goes through the door and is the same.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from harness.clock.page import TICK_ERROR
from harness.contract.codec import read, write
from harness.contract.consumers import Kinds
from harness.contract.orders import Counts, Order, Relay
from harness.contract.plan import Plan
from harness.contract.rows import RowsFile
from harness.stack.chain_views.changes import Change
from harness.stack.supervisor import SETTLED_WITHIN_S

if TYPE_CHECKING:  # the mocks and the supervisor import this package too, and need neither at run time
    from types import TracebackType
    from typing import Self

    from harness.clock.controller import Stop
    from harness.stack.door import Door

STANDSTILL_S = 60.0
"""How many real seconds one `Stack.run` waits, by default, for a night whose processes compute and let no time move."""


HELD_FOR_S = 0.5
"""Real seconds between two looks at a stack that is only held."""


class Stack(ABC):
    """A running stack; ``start`` it, or use it as a context manager. Raises `StackError` when it is not as it must be.

    ``name`` is what users choose it by. ``clock`` is "virtual", or says in one line why time is real here.
    ``network`` is "secluded" where a night's processes reach their own stack alone, or says in one line why they may
    reach more.
    """

    name: ClassVar[str]
    clock: str
    network: str
    door: Door
    scratch: Path
    """A folder of this machine for what the harness itself keeps meanwhile; it ends with the stack."""

    @property
    def told(self) -> str:
        """What its nights can be relied on for, in one line."""
        return f"stack: {self.name}, clock: {self.clock}, network: {self.network}"

    @abstractmethod
    def start(self) -> Self:
        """Bring everything up, ready for the first reset; after a stop, all of it anew."""

    @abstractmethod
    def stop(self) -> None:
        """End every process and remove every trace; calling it twice is no mistake."""

    @abstractmethod
    def places(self, *, folders: Iterable[str] = (), consumers: Kinds | None = None) -> dict[str, str]:
        """Where jobs find things: source.url, consumers.url, desk.url, scheduler.url, and for the names that are
        given, folder.<folder> (a path) and what each kind of consumer has: <consumer>.url."""

    @abstractmethod
    def job_environment(self, component: str, image: str | None = None) -> dict[str, str]:
        """The scrubbed environment that a job starts from, preloaded with the night's clock; nothing of the host's."""

    @abstractmethod
    def job_cwd(self, chain_folder: Path) -> str:
        """Where the jobs of a night find the chain's folder, of which each night has a view of its own."""

    @abstractmethod
    def agent(self, image: str | None = None) -> str:
        """The name of the agent that starts the jobs of an image, for the plan; one stack may need no image."""

    @abstractmethod
    def published(self, consumers: Kinds | None = None) -> dict[str, str]:
        """The endpoints as a client of this machine reaches them: source.url, desk.url, <consumer>.url and so on. Empty
        unless the stack was started for that."""

    def store(self, sha256: str, content: bytes | Path) -> None:
        """Keep a file's content under its checksum, once; it outlives resets."""
        self.door.keep(sha256, content)

    def require_sound(self) -> None:
        """Raise StackError where no night can be judged on it any more: a part is no more, or its clock is broken."""
        self.door.ask("GET", "/health")

    def reset(self, plan: Plan) -> None:
        """Forget the last night and get ready for this one; its jobs are dead when this returns."""
        self.door.ask("POST", "/reset", write(plan))

    def begin(self) -> None:
        """Let the scheduler begin the night's schedule."""
        self.control("scheduler", "POST", "start")

    def control(self, component: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask a mock over its control interface."""
        return self.door.ask(method, f"/mocks/{component}/{path}", body)

    def arm(self, component: str, order: Order | Relay) -> None:
        """Give a mock an order that acts when its trigger says so."""
        self.control(component, "POST", "arm", write(order))

    def disarm(self, component: str, order_id: str) -> Counts | None:
        """Take an order back; what it holds up is released. How often it could act, and did; nothing of a relay."""
        told = self.control(component, "DELETE", f"arm/{order_id}")
        return read(Counts, told, "counts") if told else None

    def run(self, until_ns: int, *, runaway_s: float = STANDSTILL_S, tick_error: float = TICK_ERROR) -> Stop:
        """Let the night's time move, until it reaches ``until_ns`` (UTC) or something ends it.

        ``tick_error`` is the share of their time by which programs that wake for nothing may be woken late.
        """
        return self.door.run(until_ns, runaway_s=runaway_s, tick_error=tick_error)

    def pace(self, until_ns: int) -> None:
        """Let the night's time flow at the wall's speed, until `unpace`."""
        self.door.ask("POST", "/pace", {"until_ns": until_ns})

    def unpace(self) -> None:
        """Let it stand still again."""
        self.door.ask("DELETE", "/pace")

    def travel(self, at_ns: int) -> None:
        """Set the night's wall clock to another instant (UTC); monotonic time goes on."""
        self.door.ask("POST", "/travel", {"at_ns": at_ns})

    def hold(self) -> None:
        """Wait for ever. Raises StackError as soon as it is not sound."""
        while True:
            self.require_sound()
            time.sleep(HELD_FOR_S)

    def settle(self) -> list[Change]:
        """The night is over: every mock writes what it still has to say. What jobs changed in the chain's folder."""
        return [Change(**one) for one in self.door.ask("POST", "/settle", within_s=SETTLED_WITHIN_S)["changes"]]

    def history(self) -> list[dict[str, Any]]:
        """Everything recorded since the reset, by all components, in the order of time."""
        return [json.loads(line) for line in self.door.read("/history").splitlines()]

    def held_rows(self) -> RowsFile:
        """The rows that the consumers hold, of a night that is settled."""
        return RowsFile(self.door.stream("/rows"))

    def output(self, job: str, attempt: int, stream: str = "err") -> str:
        """What an attempt of a job wrote to "out" or "err"."""
        return self.door.read(f"/output/{quote(job)}.{attempt}.{stream}").decode(errors="replace")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
