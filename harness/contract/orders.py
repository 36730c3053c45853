"""Orders: a fault that a mock holds ready, the trigger that lets it act, and what the mock says of it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from harness.contract.bounds import at_least, at_most
from harness.contract.codec import ContractError, found_instead, read, unknown_word, write
from harness.contract.events import EventType
from harness.contract.points import Component, Point, point_of


@dataclass(frozen=True, slots=True, kw_only=True)
class On:
    """An event that sets an order off: its component, its action, and what its value must contain."""

    component: str
    action: str
    type: EventType | None = None
    value: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When an order is awake, and on which of the passings of its point it then acts.

    It is awake from ``at_ns`` (or from being armed), not before its event, and until ``until_ns``; ``for_ns`` bounds it
    from ``at_ns`` or its event, else from its first act. Only passings while it is awake count: ``call`` is the nth of
    them, ``times`` the most it acts on, and ``chance`` decides each by hashing ``seed`` and its number.
    """

    at_ns: int | None = None
    until_ns: int | None = None
    for_ns: int | None = None
    call: int | None = None
    times: int | None = None
    chance: float | None = None
    seed: str = ""
    on: On | None = None

    def __post_init__(self) -> None:
        """Counts from one on, spans above zero, a chance that is one."""
        at_least(1, for_ns=self.for_ns, call=self.call, times=self.times)
        at_least(0, chance=self.chance)
        at_most(1, chance=self.chance)
        if self.at_ns is not None and self.until_ns is not None and self.until_ns <= self.at_ns:
            raise ContractError(f"until_ns: found {self.until_ns}, expected a moment after at_ns {self.at_ns}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A fault that sleeps in a mock until its point is passed for its ``where`` and its trigger agrees."""

    id: str
    fault: str
    point: Point[Any]
    where: Mapping[str, str]
    effect: Any
    trigger: Trigger = Trigger()

    def __post_init__(self) -> None:
        """Refuse what no passing of the point is of, and an effect that is another point's."""
        self.point.check_where(self.where)
        if not isinstance(self.effect, self.point.kinds):
            known = " or ".join(kind.__name__ for kind in self.point.kinds)
            raise ContractError(f"effect: found {self.effect!r}, expected {known} at the point {self.point.name!r}")

    @classmethod
    def read_json(cls, data: Any, path: str) -> Order:
        """The point says which effects there can be, so it is read before the effect."""
        written = read(_Written, data, path)
        point = point_of(written.point, f"{path}.point")
        effect = point.effect(written.effect, f"{path}.effect at the point {point.name!r}")
        try:
            return cls(
                id=written.id,
                fault=written.fault,
                point=point,
                where=written.where,
                effect=effect,
                trigger=written.trigger,
            )
        except ContractError as error:
            raise ContractError(f"{path}.{error}") from None

    def write_json(self) -> dict[str, Any]:
        """As it is read."""
        written = _Written(
            id=self.id,
            fault=self.fault,
            point=self.point.name,
            where=self.where,
            effect=write(self.effect),
            trigger=self.trigger,
        )
        return cast("dict[str, Any]", write(written))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    id: str
    fault: str
    point: str
    where: Mapping[str, str]
    effect: Mapping[str, Any]
    trigger: Trigger = Trigger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """An order that another mock (``relay``) holds, and the event of this one that sets it off."""

    id: str
    relay: Component
    on: On


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How far an order came: passings of its point, those while it was awake, those with something to act on, acts.

    ``fired``: whether its event was ever seen. ``why``: what it lacked where it had nothing to act on, as the mock has
    found last; null where that is only known to the fault.
    """

    passed: int
    awake: int
    calls: int
    acts: int
    fired: bool
    why: str | None = None


def read_order(data: Any, points: Iterable[Point[Any]]) -> Order | Relay:
    """What a mock that has these points is to hold; ContractError says what is wrong with it."""
    if not isinstance(data, Mapping):
        raise found_instead("order", data, "an object")
    if "relay" in data:
        return read(Relay, data, "order")
    names = [point.name for point in points]
    if "point" in data and data["point"] not in names:
        raise unknown_word("order.point", "point of this mock", data["point"], names)
    return read(Order, data, "order")
