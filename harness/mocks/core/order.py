"""One armed order: when it is awake, whether it agrees to act, and how far it has come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from harness.contract.orders import Counts, Order, Trigger
from harness.contract.points import Point
from harness.mocks.core.own_effects import ACTS, Passing, resolved

E = TypeVar("E")


@dataclass(eq=False)
class Armed(Generic[E]):
    """An order that sleeps in a mock until its point is passed and its trigger agrees, and how far it has come.

    ``fired_ns`` is when its event (trigger ``on``) was last seen. ``passed`` counts the passings of its point for its
    target, ``wakes`` those while it was awake, ``calls`` those of them with something to act on, ``acts`` those on
    which it acted. ``why`` says why it found nothing to act on, where that depends on what it met; ``guessed`` what of
    that nobody has said.
    """

    order: Order
    armed_ns: int
    fired_ns: int | None = None
    acted_ns: int | None = None
    passed: int = 0
    wakes: int = 0
    calls: int = 0
    acts: int = 0
    why: str | None = None
    guessed: tuple[str, ...] = ()
    now: E | None = None

    @property
    def id(self) -> str:
        """The order's id."""
        return self.order.id

    @property
    def point(self) -> Point[E]:
        """Where it waits."""
        return self.order.point

    @property
    def effect(self) -> E:
        """What it makes happen: of a user's own effect, what that is at the passing that was looked at last."""
        return cast("E", self.order.effect if self.now is None else self.now)

    def resolve(self, where: Mapping[str, str], now_ns: int, call: int) -> bool:
        """See what a user's own effect is at this passing; whether there is anything to act on."""
        if type(self.order.effect) not in ACTS:
            return True
        self.now = resolved(self.order.effect, Passing(where, now_ns, call), self.point.ours)
        return self.now is not None

    @property
    def trigger(self) -> Trigger:
        """When it acts."""
        return self.order.trigger

    @property
    def since_ns(self) -> int:
        """The first moment at which the order may act."""
        moments = (self.trigger.at_ns, self.fired_ns)
        return max((moment for moment in moments if moment is not None), default=self.armed_ns)

    @property
    def counts(self) -> Counts:
        """How far it came, for a report of why it never acted."""
        return Counts(
            passed=self.passed,
            awake=self.wakes,
            calls=self.calls,
            acts=self.acts,
            fired=self.fired_ns is not None,
            why=self.why,
        )

    def concerns(self, point: Point[Any], where: Mapping[str, Any]) -> bool:
        """Whether the order waits at this point for this one; keys that its ``where`` does not name are free."""
        order = self.order
        return order.point is point and all(where.get(name) == wanted for name, wanted in order.where.items())

    def awake(self, now_ns: int) -> bool:
        """Whether the window of the order is open: its time and its event have come, its end has not."""
        trigger = self.trigger
        if trigger.on is not None and self.fired_ns is None:
            return False
        if trigger.at_ns is not None and now_ns < trigger.at_ns:
            return False
        if trigger.until_ns is not None and now_ns >= trigger.until_ns:
            return False
        if trigger.for_ns is None:
            return True
        timed = trigger.at_ns is not None or self.fired_ns is not None
        began_ns = self.since_ns if timed else self.acted_ns
        return began_ns is None or now_ns < began_ns + trigger.for_ns

    def agrees(self, call: int) -> bool:
        """Whether the order, awake, acts on this call: the nth only, at most so often, by seeded chance."""
        trigger = self.trigger
        if trigger.call not in (None, call) or (trigger.times is not None and self.acts >= trigger.times):
            return False
        return trigger.chance is None or _drawn(trigger.seed, call) < trigger.chance


def _drawn(seed: str, call: int) -> float:
    """A number in [0, 1) that depends on nothing but the seed and the number of the call."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{call}".encode()).digest()[:8]) / 2**64
