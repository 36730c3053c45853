"""The roster of a night: who is on duty, on leave and gone, in UTC nanoseconds of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from harness.chain.model import Chain
from harness.chain.roster import OwnerOnCall, Person
from harness.contract.roster import PlannedOwner, PlannedPerson, Roster, Span
from harness.night.times import NightTimes, instant_ns
from harness.values.units import ClockTime

_MIDNIGHT = ClockTime("00:00")
_FIRST, _LAST = dt.date(1000, 1, 1), dt.date(9000, 1, 1)
"""Days whose midnight is a moment that can be told in any zone, and that are before and after every night."""
_A_DAY = dt.timedelta(days=1)


def planned_roster(chain: Chain, times: NightTimes) -> Roster | None:
    """The chain's roster as the desk has it in that night; None where it has none."""
    if chain.roster is None:
        return None
    return Roster(
        people={name: _person(person, times) for name, person in chain.roster.people.items()},
        owners={name: _owner(owner) for name, owner in chain.roster.owners.items()},
    )


def _person(person: Person, times: NightTimes) -> PlannedPerson:
    zone = times.zone if person.timezone is None else ZoneInfo(person.timezone)
    return PlannedPerson(
        mail=person.mail,
        hours=None if person.hours is None else tuple(_hours(person, times, zone)),
        leave=tuple((_begin(leave.first, zone), _begin(_after(leave.last), zone)) for leave in person.leave),
        left_ns=None if person.left is None else _begin(_after(person.left), zone),
        acknowledges_ns=None if person.acknowledges is None else person.acknowledges.ns,
    )


def _hours(person: Person, times: NightTimes, zone: ZoneInfo) -> Iterator[Span]:
    """Of each day that the night may touch in any zone of the world."""
    if person.hours is None:
        return
    begin, end = person.hours.from_, person.hours.until
    over_midnight = dt.timedelta(days=int(end.time <= begin.time))
    for days in range(-3, 3):
        day = times.date + dt.timedelta(days=days)
        yield instant_ns(day, begin, zone), instant_ns(day + over_midnight, end, zone)


def _owner(owner: OwnerOnCall) -> PlannedOwner:
    return PlannedOwner(
        on_call=owner.on_call,
        acknowledges_ns=owner.acknowledges.ns,
        escalate_after_ns=None if owner.escalate_after is None else owner.escalate_after.ns,
        addresses=None if owner.addresses is None else dict(owner.addresses),
    )


def _begin(day: dt.date, zone: ZoneInfo) -> int:
    return instant_ns(min(max(day, _FIRST), _LAST), _MIDNIGHT, zone)


def _after(day: dt.date) -> dt.date:
    """The next day; of the last that there is, as records of people have it for "without an end", that one."""
    return day + _A_DAY if day < dt.date.max else day
