"""What a kind of consumers is to the program that plays them, and where each is found."""

from __future__ import annotations

import importlib
from typing import Any, BinaryIO, Protocol, cast, runtime_checkable

from harness.contract.consumers import ConsumerKind
from harness.contract.plan import Plan
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.unfit import UnfitError


class Kind(Protocol):
    """All consumers of one kind. It is made with the mock when the first night has one of them, and then lasts.

    Each records under its own name, and tells at the end what it holds as ``holds`` events, whatever its kind.
    """

    async def reset(self, plan: Plan) -> None:
        """Begin a night with the consumers of this kind that it has, which may be none; start what they need."""

    async def settle(self, file: BinaryIO) -> None:
        """Tell what each of them holds; the rows go to the end of the file that is kept beside the history."""

    def release(self, order: Armed[Any]) -> None:
        """An order is taken out: let go of what it has kept back of this kind's exchanges."""

    def state(self) -> dict[str, Any]:
        """What people are shown of each, by name."""


@runtime_checkable
class Prepares(Protocol):
    """A kind that has to get something ready when an order is armed, before its night begins."""

    async def prepare(self, order: Armed[Any]) -> None:
        """Get ready for it."""


CLASSES: dict[ConsumerKind, str] = {
    "http": "harness.mocks.consumers.http.kind:Http",
    "postgres": "harness.mocks.consumers.postgres.kind:Postgres",
    "folder": "harness.mocks.consumers.folder.kind:Folder",
    "pull": "harness.mocks.consumers.pull.kind:Pull",
    "queue": "harness.mocks.consumers.queue.kind:Queue",
}
"""The class of each kind, which is imported only in a night that has such a consumer."""


def made(kind: ConsumerKind, mock: Mock) -> Kind:
    """That kind, for a mock; UnfitError for one of users' own that no module here plays."""
    if kind not in CLASSES:
        raise UnfitError(
            f"the kind of consumers '{kind}'",
            found="no class inside the mocks that plays it",
            expected=f"one under @takes_rows({kind!r}), in a module that the mocks import",
            todo="name that module as an entry point of the group night_harness.mocks, or in pyproject.toml under "
            "[tool.night-harness] mocks",
            author=True,
        )
    module, _, name = CLASSES[kind].partition(":")
    return cast("Kind", getattr(importlib.import_module(module), name)(mock))
