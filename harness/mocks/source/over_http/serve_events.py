"""The events that one request for a file's content leaves in the history, and how they name the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.source.files.source_file import MANIFEST_SUFFIX, ListedEntry
from harness.mocks.source.store.store import Store


class ServeEvents:
    """The ``serve`` events of one request: that it began, then once how it ended.

    A HEAD leaves no event. A request that the end of its night broke off leaves none in the next night.
    """

    def __init__(self, mock: Mock, store: Store, request: web.Request, via: str, name: str, what: str) -> None:
        self._mock, self._store = mock, store
        self._value = {"name": name, "what": what, "via": via} | asker()
        self._night = store.night
        self.over = request.method == "HEAD"

    def begin(self) -> None:
        """Record that the request has come."""
        if not self.over:
            self._mock.recorder.record("invoke", "serve", self._value)

    def ok(self, sent: int, *, complete: bool) -> None:
        """Record that it is answered; ``complete`` says that the client has the whole, true file."""
        self._end("ok", {"bytes": sent, "complete": complete})

    @property
    def awaited(self) -> bool:
        """Whether a fault is to act when the request is answered."""
        return not self.over and self._mock.armory.awaits("ok", "serve", self._value)

    def fail(self, error: str, more: Mapping[str, Any] | None = None) -> None:
        """Record that it is refused or broken off."""
        self._end("fail", more or {}, error)

    def _end(self, type: Any, more: Mapping[str, Any], error: str | None = None) -> None:  # noqa: A002 - as in events
        if not self.over and self._night == self._store.night:
            self._mock.recorder.record(type, "serve", self._value | dict(more), error=error)
        self.over = True


def name_and_what(name: str, entry: ListedEntry | None) -> tuple[str, str]:
    """How events name an entry that is asked for by this name; a missing one is named by the request alone."""
    if entry is not None:
        return entry.asked_for, entry.what
    return (name.removesuffix(MANIFEST_SUFFIX), "manifest") if name.endswith(MANIFEST_SUFFIX) else (name, "file")
