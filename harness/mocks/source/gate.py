"""Where faults refuse requests: each front end asks before it answers, and says no in its own protocol's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock
from harness.mocks.source.pace import check_after, reached

KINDS = (
    *("unavailable", "internal_error", "throttled", "forbidden"),
    *("login_refused", "session_expired", "token_expired", "endless_listing"),
)
"""What a request may meet; what a kind becomes on the wire is each front end's to know."""

OPERATIONS = ("login", "query", "list", "stat", "get", "put", "remove", "rename")
"""What a client asks for, in words that all four protocols share."""

ONCE_IN = frozenset({"forbidden", "session_expired"})
"""What only somebody meets who is in: no login is refused like this, unless the fault names that operation."""


@dataclass(frozen=True)
class Refusal:
    """How a request is refused. ``retry_after_s``: what the answer says of when to come again, if it can say it.

    ``every_ns``: how long each page of an endless listing takes; in no time at all, nobody's patience would end.
    """

    kind: str
    retry_after_s: int | None = None
    every_ns: int = 0


class Gate:
    """The point ``request`` of the source, passed by every request of every front end."""

    def __init__(self, mock: Mock) -> None:
        self._armory = mock.armory

    def refusal(self, via: str, operation: str, name: str = "", *, reaches: int | None = None) -> Refusal | None:
        """How a fault refuses this request; None when it may pass.

        ``reaches`` is the byte up to which a request within a transfer goes, where a protocol has such: an effect with
        ``after_bytes`` acts there, and only there. A listing without an end is one of listings alone.
        """

        def acts(order: Order) -> bool:
            kind = order.effect["refuse"]
            early = operation == "login" and kind in ONCE_IN and "operation" not in order.where
            elsewhere = kind == "endless_listing" and operation != "list"
            return not (early or elsewhere) and reached(order.effect, reaches)

        for effect in self._armory.strike("request", acts, via=via, operation=operation, name=name):
            return Refusal(effect["refuse"], effect.get("retry_after_s"), effect.get("every_ns", 0))
        return None


def check(effect: Mapping[str, Any], where: Mapping[str, Any]) -> None:
    """Refuse a refusal that no front end knows."""
    if effect.get("refuse") not in KINDS:
        raise ValueError(f"request: found refuse={effect.get('refuse')!r}, expected one of {', '.join(KINDS)}")
    operation = where.get("operation", "list")
    if effect["refuse"] == "endless_listing" and operation != "list":
        raise ValueError(f"request: found refuse='endless_listing' for operation={operation!r}, expected 'list'")
    check_after(effect, where)
