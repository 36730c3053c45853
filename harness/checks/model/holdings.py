"""What the consumers hold when the night is over, as multisets of rows."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.history import Event, History

Row = tuple[str, str]
"""A row's key and the digest of its content."""


class Rows(Counter[Row]):
    """How often each row is held, and never zero times: so equal rows are equal dictionaries, which is told at once.

    A year of them is compared by several checks, and most nights end with the rows that the baseline has.
    """

    __hash__ = None  # type: ignore[assignment]  # what can change has none, as a Counter has none
    __eq__ = dict.__eq__
    __ne__ = dict.__ne__

    def __sub__(self, other: Counter[Row]) -> Counter[Row]:
        """What is here more often than there."""
        return Counter() if self == other else super().__sub__(other)

    def __and__(self, other: Counter[Row]) -> Counter[Row]:
        """What is in both, as often as it is."""
        return self if self == other else super().__and__(other)


@dataclass(frozen=True)
class Holdings:
    """The rows of one consumer: the night's own, those of declared fallbacks by the date they are of, and stale ones.

    Stale is what came under another business date without saying that it is a fallback: no part of the night.
    """

    own: Rows = field(default_factory=Rows)
    fallback: dict[str, Rows] = field(default_factory=dict)
    stale: dict[str, Rows] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows that are of the night, doubled ones counted as often as they are held."""
        return self.own.total() + sum(rows.total() for rows in self.fallback.values())


@functools.lru_cache(maxsize=2)
def holdings(history: History) -> Mapping[str, Holdings]:
    """What each consumer holds, from the events written when the night was settled.

    Counted once for a night and once for its baseline: every check asks, and a year of rows takes a second to count.
    """
    held: dict[str, Holdings] = {name: Holdings() for name in consumers(history)}
    for event in history.of("holds", type="info"):
        if "night" in event.value:
            continue
        of = held.setdefault(event.component, Holdings())
        rows = _told_as(of, event, begin_event(history).value["date"])
        rows.update(map(tuple, event.value["rows"]))
    return held


def _told_as(of: Holdings, event: Event, night: str) -> Rows:
    if (day := event.value.get("fallback_of")) is not None:
        return of.fallback.setdefault(day, Rows())
    if (day := event.value.get("business_date", night)) != night:
        return of.stale.setdefault(day, Rows())
    return of.own


def doubled_keys(rows: Counter[Row], declared: Sequence[str]) -> list[str]:
    """The declared keys that more than one row has; rows without a declared key may well be alike."""
    if not declared or len({key for key, _ in rows}) == rows.total():
        return []
    keys = Counter(key for key, _ in rows.elements())
    return sorted(key for key, count in keys.items() if count > 1)


def earlier(baseline: History, consumer: str, day: str) -> Rows:
    """What the fault-free night of an earlier date delivered: a declared fallback must equal it."""
    rows = Rows()
    for event in baseline.of("holds", component=consumer, night=day):
        rows.update(map(tuple, event.value["rows"]))
    return rows


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


def finished_at(history: History) -> int | None:
    """UTC nanoseconds when the last row was stored that the night needed; None while a consumer holds nothing."""
    held = holdings(history)
    if not held:
        last = history.of("job", type="ok").last()
        return last.at if last else None
    if any(not of.rows for of in held.values()):
        return None
    stored = [event.at for event in history.of("batch", type="ok") if not event.value.get("replayed")]
    return max(stored) if stored else None
