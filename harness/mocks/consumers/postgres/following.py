"""How many rows a consumer's table has after each commit, counted along with the write-ahead log."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from harness.mocks.consumers.postgres.commits import Change
from harness.mocks.consumers.postgres.tables import Name, Row
from harness.mocks.consumers.postgres.values import Json


@dataclass(frozen=True)
class Dated:
    """Which columns say of which night a row is; ``date`` is tonight's, in the chain's time zone."""

    date: str
    zone: dt.tzinfo = dt.UTC
    business_date: str | None = None
    fallback_of: str | None = None

    def day(self, row: Row) -> str:
        """The business date of a row."""
        return self.date if self.business_date is None else day_of(row.get(self.business_date), self.zone) or "null"

    def stands_in_for(self, row: Row) -> str | None:
        """The date whose rows it stands in for, where it is a fallback."""
        return None if self.fallback_of is None else day_of(row.get(self.fallback_of), self.zone)


@functools.lru_cache(maxsize=1_024)
def day_of(value: Json, zone: dt.tzinfo) -> str | None:
    """A date, that of a moment in this time zone, or 20261123, as the history has dates."""
    if value is None:
        return None
    told = str(value)
    if len(told) == len("20261123") and told.isdecimal():
        return f"{told[:4]}-{told[4:6]}-{told[6:]}"
    if told.endswith("+00:00"):
        try:
            return dt.datetime.fromisoformat(told).astimezone(zone).date().isoformat()
        except (ValueError, OverflowError):  # a year of which Python does not know
            return told.partition("T")[0]
    return told.partition("T")[0]


class Following:
    """One consumer: its table by name, which may become another one in the middle of the night."""

    def __init__(self, table: Name, dated: Dated) -> None:
        self._table, self._dated = table, dated
        self._names: dict[int, Name] = {}
        self._all: Counter[int] = Counter()
        self._tonights: Counter[int] = Counter()
        self._before = self._had = self._inserted = self._updated = self._removed = 0
        self._fallback: str | None = None
        self._tables: set[int] = set()
        """What it was after the last commit: one table, or the parts of one."""

    def begins_with(self, oid: int, name: Name, rows: int, tonights: int) -> None:
        """A table that is there when the night begins."""
        self._names[oid] = name
        self._all[oid], self._tonights[oid] = rows, tonights
        self._before, self._had = self._held(self._all), self.rows
        self._tables |= {oid} if name == self._table else set()

    @property
    def rows(self) -> int:
        """How many of the night it has."""
        return self._held(self._tonights)

    def see(self, change: Change) -> None:
        """What a transaction does to a table of the database."""
        oid, name = change.oid, change.whole
        if change.kind == "drop":
            self._count_removed(oid, self._all[oid])
            for counts in (self._names, self._all, self._tonights):
                counts.pop(oid, None)
            return
        self._names[oid] = name
        if change.kind == "truncate":
            self._count_removed(oid, self._all[oid])
            self._all[oid] = self._tonights[oid] = 0
        for row, count in ((change.old, -1), (change.new, 1)):
            if row is not None:
                self._all[oid] += count
                self._tonights[oid] += count * (self._dated.day(row) == self._dated.date)
        if change.kind == "delete":
            self._count_removed(oid, 1)
        elif change.new is not None and name == self._table:
            self._inserted += change.kind == "insert"
            self._updated += change.kind == "update"
            self._fallback = self._dated.stands_in_for(change.new) or self._fallback

    def recounted(self, oid: int, rows: int, tonights: int) -> None:
        """A table of whose rows the log does not say all, as of a part that came or went: it has so many now."""
        for one in [one for one, name in self._names.items() if name == self._table]:
            del self._names[one], self._all[one], self._tonights[one]
        self._names[oid] = self._table
        self._all[oid], self._tonights[oid] = rows, tonights

    def committed(self) -> Mapping[str, int | str] | None:
        """What it has come to when the transaction is over; None if it did nothing to the consumer's table."""
        before, self._before = self._before, self._held(self._all)
        had, self._had = self._had, self.rows
        stored, removed, fallback = self._inserted + self._updated, self._removed, self._fallback
        tables, self._tables = self._tables, {oid for oid, name in self._names.items() if name == self._table}
        swapped = bool(tables and self._tables) and tables.isdisjoint(self._tables)
        unsaid = self._before - (before + self._inserted - removed)
        self._inserted = self._updated = self._removed = 0
        self._fallback = None
        if swapped:
            stored, removed = self._before, before  # another table has got the name
        else:
            stored, removed = stored + max(0, unsaid), removed + max(0, -unsaid)
        if not stored and not removed:
            return None
        told: dict[str, int | str] = {"stored": stored, "removed": removed, "before": had, "rows": self.rows}
        return told if fallback is None else told | {"fallback_of": fallback}

    def _count_removed(self, oid: int, rows: int) -> None:
        if self._names.get(oid) == self._table:
            self._removed += rows

    def _held(self, counts: Counter[int]) -> int:
        return sum(counts[oid] for oid, name in self._names.items() if name == self._table)
