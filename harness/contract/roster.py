"""Who is on call in a night: the roster as the desk has it, with all times worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.contract.bounds import ContractError, at_least

Away = Literal["left", "leave", "hours"]
"""Why somebody is not there: has left for good, is on leave, is not on duty at that hour."""

Span = tuple[int, int]
"""From a moment to before another, UTC nanoseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPerson:
    """Somebody who can be told. ``hours``: when they are on duty in this night; null: always.

    ``acknowledges_ns``: how long they take to acknowledge; null: what their owner says.
    """

    mail: str | None = None
    hours: tuple[Span, ...] | None = None
    leave: tuple[Span, ...] = ()
    left_ns: int | None = None
    acknowledges_ns: int | None = None

    def away(self, at_ns: int) -> Away | None:
        """Why they are not there at a moment; None when they are."""
        if self.left_ns is not None and at_ns >= self.left_ns:
            return "left"
        if any(begin <= at_ns < end for begin, end in self.leave):
            return "leave"
        if self.hours is not None and not any(begin <= at_ns < end for begin, end in self.hours):
            return "hours"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOwner:
    """Who is told for an owner, in this order, and how long the next one waits for an acknowledgement of the last.

    ``addresses``: by kind (`harness.contract.addresses.KINDS`), where pages for it come in; null: those that are made
    of its name. ``escalate_after_ns``: null, nobody else is told.
    """

    on_call: tuple[str, ...]
    acknowledges_ns: int
    escalate_after_ns: int | None = None
    addresses: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Some time."""
        at_least(1, acknowledges_ns=self.acknowledges_ns, escalate_after_ns=self.escalate_after_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The people of a chain's owners, and who of them is told when."""

    people: Mapping[str, PlannedPerson] = field(default_factory=dict)
    owners: Mapping[str, PlannedOwner] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nobody is on call who is none of its people."""
        for name, owner in self.owners.items():
            for person in owner.on_call:
                if person not in self.people:
                    raise ContractError(f"owners.{name}.on_call: found {person!r}, who is none of its people")

    def owner_of(self, person: str, first: Collection[str] = ()) -> str | None:
        """The owner for whom somebody is on call: of several the first, and of ``first`` rather than of others."""
        owners = [name for name, owner in self.owners.items() if person in owner.on_call]
        return next((name for name in owners if name in first), next(iter(owners), None))

    def there(self, owner: str, at_ns: int, after: str | None = None) -> str | None:
        """The first who is on call for an owner and there at that moment, or the first such ``after`` another one."""
        order = () if owner not in self.owners else self.owners[owner].on_call
        if after in order:
            order = order[order.index(after) + 1 :]
        return next((person for person in order if self.people[person].away(at_ns) is None), None)

    def on_call(self, owner: str, at_ns: int) -> str | None:
        """Who is told first: who is there; where nobody is, the first of the order who has not left; else the first."""
        order = () if owner not in self.owners else self.owners[owner].on_call
        still = (person for person in order if self.people[person].away(at_ns) != "left")
        return self.there(owner, at_ns) or next(still, None) or next(iter(order), None)
