"""Where faults refuse requests: each front end asks before it answers, and refuses in its own protocol's words."""

from __future__ import annotations

from harness.contract.effects.source import Refuse
from harness.contract.orders import Order
from harness.contract.points import REQUEST
from harness.contract.protocols import Operation, Protocol
from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.source.faults.pace import check_after, reached

AFTER_LOGIN = frozenset({"forbidden", "session_expired"})
"""Refusals that only a logged-in client gets: no login is refused like this, unless the fault names that operation."""


class Gate:
    """The point ``request`` of the source, passed by every request of every front end."""

    def __init__(self, mock: Mock) -> None:
        self._armory = mock.armory

    def refusal(
        self, via: Protocol, operation: Operation, name: str = "", *, reaches: int | None = None
    ) -> Refuse | None:
        """How a fault refuses this request; None when it may pass.

        ``reaches`` is the byte up to which a request within a transfer goes, in a protocol that has such requests: an
        effect with ``after_bytes`` acts there, and only there. ``endless_listing`` acts on listings alone.
        """

        def acts(armed: Armed[Refuse]) -> bool:
            kind = armed.effect.refuse
            early = operation == "login" and kind in AFTER_LOGIN and "operation" not in armed.order.where
            elsewhere = kind == "endless_listing" and operation != "list"
            return not (early or elsewhere) and reached(armed.effect, reaches)

        acting = self._armory.act(REQUEST, acts, via=via, operation=operation, name=name, **asker())
        return next((order.effect for order in acting), None)


def check(order: Order) -> None:
    """Refuse an order for an endless answer to another request than a listing, or for a place that is never reached."""
    operation = order.where.get("operation", "list")
    if order.effect.refuse == "endless_listing" and operation != "list":
        raise ValueError(f"request: found refuse='endless_listing' for operation={operation!r}, expected 'list'")
    check_after(order)
