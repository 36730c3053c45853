"""Delivers pages to the incident desk, one after the other, in the order in which they were sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from harness.mocks.core.texts import kept
from harness.mocks.scheduler.paging.desk_client import DeskAway, DeskClient, DeskDown

Page = Mapping[str, str | None]


class Pager:
    """Delivers pages; ``delivered`` is told whenever none is left, because the night must not end before."""

    def __init__(
        self, desk: DeskClient, delivered: Callable[[], None], *, bug: Callable[[str, BaseException], None]
    ) -> None:
        self._desk = desk
        self._delivered = delivered
        self._bug = bug
        self._queue: deque[Page] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether the desk has all pages."""
        return self._task is None

    def send(self, page: Page) -> None:
        """Have a page delivered, with as much of each text as the desk keeps."""
        self._queue.append({name: None if text is None else kept(text) for name, text in page.items()})
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._deliver())

    def stop(self) -> None:
        """Deliver nothing more."""
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _deliver(self) -> None:
        while self._queue:
            page = self._queue.popleft()
            try:
                await self._desk.page(page)
            except DeskDown:
                continue  # a notification is sent once
            except DeskAway as error:
                self._bug(f"page of {page['job']}", error)
        self._task = None
        self._delivered()
