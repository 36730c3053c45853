"""What the source asks of a front end, whatever protocol it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class FrontEnd(Protocol):
    """One protocol over the store."""

    async def listen(self, port: int) -> int:
        """Take connections at the mock's address (0: at any port); the port. Called once."""

    async def reset(self, plan: Mapping[str, Any]) -> None:
        """Begin a night: no session and no transfer of the last one goes on."""
