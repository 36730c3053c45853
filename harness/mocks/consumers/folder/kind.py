"""The consumers of a night that take a file when it is done: told by the kernel, so that nothing is polled."""

from __future__ import annotations

import asyncio
from typing import Any, BinaryIO

from inotify_simple import INotify, flags

from harness.contract.consumers import PlannedFolder
from harness.contract.plan import Plan
from harness.mocks.consumers.taking import Taking
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.until import at_rest

THERE = flags.CREATE | flags.CLOSE_WRITE | flags.MOVED_TO
WHOLE = flags.CLOSE_WRITE | flags.MOVED_TO


class Folder:
    """A `Kind` of consumers.

    Each takes its file when all else in the night waits, and not in the middle of its sender's work: whether it is
    quicker than that would be left to the machine.
    """

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._takings: list[Taking] = []
        self._inotify: INotify | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._awaited: dict[tuple[int, str], list[tuple[int, Taking]]] = {}
        self._due: list[Taking] = []

    async def reset(self, plan: Plan) -> None:
        """Watch the folders of the plan's consumers; what they hold already is no news."""
        self._forget()
        consumers = {name: one for name, one in sorted(plan.consumers.items()) if isinstance(one, PlannedFolder)}
        if not consumers:
            return
        self._inotify = INotify(nonblocking=True)
        for name, consumer in consumers.items():
            taking = Taking(self._mock, plan, name, consumer)
            self._takings.append(taking)
            taking.folder.mkdir(parents=True, exist_ok=True)
            watch = self._inotify.add_watch(str(taking.folder), THERE | flags.ONLYDIR)
            awaited = (consumer.name, WHOLE) if consumer.flag is None else (consumer.flag, THERE)
            self._awaited.setdefault((watch, awaited[0]), []).append((awaited[1], taking))
        self._mock.loop.add_reader(self._inotify.fileno(), self._seen)

    async def settle(self, file: BinaryIO) -> None:
        """Tell what each of them holds."""
        self._seen()
        self._take()
        for taking in self._takings:
            taking.tell(file)

    def release(self, order: Armed[Any]) -> None:
        """No order keeps anything back here."""

    def state(self) -> dict[str, Any]:
        """Rows of each."""
        return {taking.name: taking.state() for taking in self._takings}

    def _forget(self) -> None:
        if self._inotify is not None:
            self._mock.loop.remove_reader(self._inotify.fileno())
            self._inotify.close()
            self._inotify = None
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        for taking in self._takings:
            taking.close()
        self._takings.clear()
        self._awaited = {}
        self._due = []

    def _seen(self) -> None:
        if self._inotify is None:
            return
        for event in self._inotify.read(timeout=0):
            for mask, taking in self._awaited.get((event.wd, event.name), ()):
                if event.mask & mask and taking not in self._due:
                    self._due.append(taking)
        if self._due and (self._waiting is None or self._waiting.done()):
            self._waiting = self._mock.loop.create_task(self._take_at_rest())

    async def _take_at_rest(self) -> None:
        try:
            while self._due:
                await at_rest()
                self._take()
        except Exception as error:
            self._mock.bug("taking a file", error)

    def _take(self) -> None:
        due, self._due = self._due, []
        for taking in due:
            taking.take()
