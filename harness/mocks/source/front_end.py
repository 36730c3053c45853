"""What the source asks of a front end, whatever protocol it speaks."""

from __future__ import annotations

from typing import Protocol

from harness.contract.plan import Plan


class FrontEnd(Protocol):
    """One protocol over the store."""

    async def listen(self, port: int) -> int:
        """Take connections at the mock's address (0: at any port); the port. Called once."""

    async def reset(self, plan: Plan) -> None:
        """Begin a night: no session and no transfer of the last one goes on."""
