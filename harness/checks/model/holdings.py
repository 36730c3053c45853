"""What the consumers hold when the night is over, as multisets of rows."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.checks.model.evidence import Evidence, Tally
from harness.checks.model.partitions import key_of, key_partitions, partitions
from harness.contract.rows import HeldPart, RawRow, sum_of
from harness.history import Event, History

Row = tuple[str, str]
"""A row's key and the digest of its content."""


class Rows:
    """Batches of rows, read again whenever they are asked for: a year of them is never in memory.

    Equal ones are told by their sums, and most nights end with the rows that the baseline has.
    """

    __hash__ = None  # type: ignore[assignment]  # what can change has none

    def __init__(self) -> None:
        self._parts: list[HeldPart] = []
        self._doubled: Evidence | None = None

    def add(self, part: HeldPart) -> None:
        """One batch more."""
        self._parts.append(part)
        self._doubled = None

    def total(self) -> int:
        """How many rows, doubled ones counted as often as they are held."""
        return sum(part.rows for part in self._parts)

    def __bool__(self) -> bool:
        return self.total() > 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows):
            return NotImplemented
        if self.total() != other.total():
            return False
        mine, theirs = sum_of(self._parts), sum_of(other._parts)
        if mine is not None and theirs is not None:
            return mine == theirs
        return all(one == another for one, another in partitions(self, other))

    def __iter__(self) -> Iterator[Row]:
        """Every row, as often as it is held."""
        return ((key_of(key), digest.decode()) for key, digest in self.raw())

    def raw(self) -> Iterator[RawRow]:
        """The same as they are in the file, which is quicker."""
        return itertools.chain.from_iterable(part.raw() for part in self._parts)

    def contents(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every row's key, its digest, and the row with its values."""
        return itertools.chain.from_iterable(part.contents() for part in self._parts)

    def values(self) -> Iterator[dict[str, Any]]:
        """Every row with its values."""
        return itertools.chain.from_iterable(part.values() for part in self._parts)

    def common(self, other: Rows) -> int:
        """How many rows are in both, as often as they are."""
        if self == other:
            return self.total()
        return sum((one & another).total() for one, another in partitions(self, other))

    def doubled(self) -> Evidence:
        """The keys that more than one row has."""
        if self._doubled is None:
            tally = Tally()
            for keys in key_partitions(self):
                tally.add_all(key_of(key) for key, count in keys.items() if count > 1)
            self._doubled = tally.evidence
        return self._doubled


@dataclass(frozen=True)
class Holdings:
    """The rows of one consumer: the night's own, those of declared fallbacks by the date they are of, and stale ones.

    Stale is what came under another business date without saying that it is a fallback: no part of the night.
    """

    own: Rows = field(default_factory=Rows)
    earlier: dict[str, Rows] = field(default_factory=dict)
    """Those of its own rows that are under earlier dates of which the night has files (``days`` of a file)."""
    fallback: dict[str, Rows] = field(default_factory=dict)
    stale: dict[str, Rows] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows that are of the night, doubled ones counted as often as they are held."""
        return self.own.total() + sum(rows.total() for rows in self.fallback.values())


@functools.lru_cache(maxsize=2)
def holdings(history: History) -> Mapping[str, Holdings]:
    """What each consumer holds, from the events written when the night was settled.

    Found once for a night and once for its baseline: every check asks.
    """
    return holdings_without(history, {})


def holdings_without(history: History, batches: Mapping[str, Collection[int]]) -> Mapping[str, Holdings]:
    """The same, without some of each consumer's batches."""
    held: dict[str, Holdings] = {name: Holdings() for name in consumers(history)}
    for event in history.of("holds", type="info"):
        if "night" in event.value or event.value.get("batch") in batches.get(event.component, ()):
            continue
        of = held.setdefault(event.component, Holdings())
        for rows in _told_as(of, event, begin_event(history).value):
            rows.add(history.rows(event))
    return held


def _told_as(of: Holdings, event: Event, begin: Mapping[str, Any]) -> tuple[Rows, ...]:
    if (day := event.value.get("fallback_of")) is not None:
        return (of.fallback.setdefault(day, Rows()),)
    day = event.value.get("business_date", begin["date"])
    if day in begin["consumers"].get(event.component, {}).get("days", ()):
        return of.own, of.earlier.setdefault(day, Rows())
    return (of.own if day == begin["date"] else of.stale.setdefault(day, Rows()),)


def doubled_keys(rows: Rows, declared: Sequence[str]) -> Evidence:
    """The declared keys that more than one row has; rows without a declared key may well be alike."""
    return rows.doubled() if declared else Evidence((), 0)


def earlier(baseline: History, consumer: str, day: str) -> Rows:
    """What the fault-free night of an earlier date delivered: a declared fallback must equal it."""
    rows = Rows()
    for event in baseline.of("holds", component=consumer, night=day):
        rows.add(baseline.rows(event))
    return rows


def earlier_nights(baseline: History, consumer: str) -> dict[str, Rows]:
    """What the fault-free nights of earlier dates delivered, as far as the baseline tells of them, the latest first."""
    days = {event.value["night"] for event in baseline.of("holds", component=consumer) if "night" in event.value}
    return {day: earlier(baseline, consumer, day) for day in sorted(days, reverse=True)}


def fallback_days(history: History) -> list[str]:
    """The earlier dates whose rows stand in for the night's own, and say so."""
    return sorted({day for of in holdings(history).values() for day in of.fallback})


def consumers(history: History) -> list[str]:
    """The chain's consumers, as the night began."""
    begin = history.of("begin", component="night").first()
    return list(begin.value["consumers"]) if begin else []


@functools.lru_cache(maxsize=2)
def begin_event(history: History) -> Event:
    """The event that says what the night was to be; looked for once a night, because checks ask again and again."""
    begin = history.of("begin", component="night").first()
    if begin is None:
        raise ValueError("this history has no begin event, so it does not say what night it is")
    return begin
