"""The roster of a chain, ``oncall.yaml``: who is told at night, where, in which order, and when nobody answers."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from harness.chain.channels import address_forms
from harness.chain.job import Text
from harness.contract.addresses import KINDS, as_mail
from harness.values.strict import LAX, Location, Strict, get, mapping, sequence, unknown
from harness.values.units import ClockTime, Duration, SomeTime

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _date(value: Any) -> Any:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else value
    except ValueError:
        return value


Day = Annotated[dt.date, BeforeValidator(_date)]


def _mail(value: Any) -> Any:
    return _of_form("mail", value)


def _of_form(kind: str, value: Any) -> Any:
    pattern, form = address_forms()[kind]
    if isinstance(value, str) and pattern.fullmatch(value) is None:
        raise ValueError(f"found '{value}', expected {form}")
    return value


def _whole(time: Any) -> str:
    """A time of day with its seconds, so that two spellings of one are one."""
    return text if (text := str(time)).count(":") != 1 else f"{text}:00"


class Hours(Strict):
    """When somebody is on duty, each day; ``until`` before ``from`` is on the next day."""

    from_: ClockTime = Field(alias="from")
    until: ClockTime

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Hours that are none."""
        begin, end = get(data, "from"), get(data, "until")
        if begin is not None and _whole(begin) == _whole(end):
            yield ("until",), f"found \"{end}\", which is 'from' as well: leave 'hours' out for somebody always on duty"


class Leave(Strict):
    """Days on which somebody is away; ``last`` is one of them."""

    first: Day
    last: Day

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """A leave that ends before it begins."""
        first, last = _date(get(data, "first")), _date(get(data, "last"))
        if isinstance(first, dt.date) and isinstance(last, dt.date) and last < first:
            yield ("last",), f"found {last}, which is before 'first' {first}"


class Person(Strict):
    """Somebody who can be told.

    mail: a mailbox of their own. hours: when they are on duty, in ``timezone`` (the chain's, if left out); left out:
    always. left: their last day. acknowledges: how long they take; left out: as long as their owner says.
    """

    name: Text | None = None
    mail: Annotated[Text, BeforeValidator(_mail)] | None = None
    timezone: str | None = None
    hours: Hours | None = None
    leave: Annotated[tuple[Leave, ...], LAX] = ()
    left: Day | None = None
    acknowledges: SomeTime | None = None


class OwnerOnCall(Strict):
    """An owner of chains or jobs: where pages for it come in, and who is told.

    addresses: by the channel; left out: each channel has one, made of the owner's name. on_call: the order of
    escalation. escalate_after: the next one is told when nobody has acknowledged for so long; left out: nobody else is
    told. acknowledges: how long who is there takes to acknowledge.
    """

    addresses: Annotated[dict[Text, Text], Field(min_length=1)] | None = None
    on_call: Annotated[tuple[Text, ...], LAX, Field(min_length=1)]
    acknowledges: SomeTime = Duration(minutes=5)
    escalate_after: SomeTime | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Channels that there are not, and addresses that are none of theirs."""
        for kind, address in mapping(data, "addresses").items():
            if kind not in (forms := address_forms()):
                yield ("addresses", kind), unknown("channel", str(kind), forms)
                continue
            try:
                _of_form(kind, address)
            except ValueError as error:
                yield ("addresses", kind), str(error)


class Roster(Strict):
    """Who is on call for the owners of a chain."""

    people: dict[Text, Person] = Field(min_length=1)
    owners: dict[Text, OwnerOnCall] = Field(min_length=1)

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """People whom nobody knows, time zones that there are not, one address of two."""
        yield from _unknown_people(data)
        yield from _timezones(data)
        yield from _addresses_of_two(data)


def _unknown_people(data: Any) -> Iterator[tuple[Location, str]]:
    people = mapping(data, "people")
    if not people:
        return  # which is told already
    for name, owner in mapping(data, "owners").items():
        order = sequence(owner, "on_call")
        for position, person in enumerate(order):
            if isinstance(person, str) and person not in people:
                yield ("owners", name, "on_call", position), unknown("person", person, people)
            elif person in order[:position]:
                yield ("owners", name, "on_call", position), f"found '{person}' twice, expected each person once"


def _timezones(data: Any) -> Iterator[tuple[Location, str]]:
    for name, person in mapping(data, "people").items():
        zone = get(person, "timezone")
        if isinstance(zone, str):
            try:
                zoneinfo.ZoneInfo(zone)
            except (KeyError, OSError, ValueError):
                yield (
                    ("people", name, "timezone"),
                    f"found '{zone}', expected a time zone's name, such as Europe/Paris",
                )


def _addresses_of_two(data: Any) -> Iterator[tuple[Location, str]]:
    unsaid = [str(name) for name, owner in mapping(data, "owners").items() if get(owner, "addresses") is None]
    seen = {(kind, _same(kind, KINDS[kind](name))): name for kind in address_forms() for name in unsaid}
    for location, kind, address in _addresses(data):
        whose = str(location[1])
        first = seen.setdefault((kind, _same(kind, address)), whose)
        if first != whose:
            yield (
                location,
                f"found '{address}', which is the {kind} address of '{first}' too: a page needs one owner",
            )


def _same(kind: str, address: str) -> str:
    """What two spellings of one address have in common."""
    return as_mail(address) if kind == "mail" else address


def _addresses(data: Any) -> Iterator[tuple[Location, str, str]]:
    for name, owner in mapping(data, "owners").items():
        for kind, address in mapping(owner, "addresses").items():
            if isinstance(address, str):
                yield ("owners", name, "addresses", kind), kind, address
    for name, person in mapping(data, "people").items():
        if isinstance(mail := get(person, "mail"), str):
            yield ("people", name, "mail"), "mail", mail
