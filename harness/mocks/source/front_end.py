"""What the source asks of a front end, whatever protocol it speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from harness.contract.plan import Plan


@dataclass(frozen=True)
class Unfinished:
    """What a client has begun to send, and neither ended nor taken back: it lies there, and somebody has to see to it.

    ``parts``: how many parts of it have come, where nothing is seen of it before all of them are put together.
    """

    name: str
    size: int
    parts: int | None = None


class FrontEnd(Protocol):
    """One protocol over the store."""

    async def listen(self, port: int) -> int:
        """Take connections at the mock's address (0: at any port); the port. Called once."""

    async def reset(self, plan: Plan) -> None:
        """Begin a night: no session and no transfer of the last one goes on."""

    def unfinished(self) -> Iterable[Unfinished]:
        """What is there of uploads that go on when the night is over; a transfer that leaves nothing is none."""
