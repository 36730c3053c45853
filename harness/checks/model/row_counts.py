"""In what the rows of a consumer are not those that it should hold."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.checks.model.evidence import Evidence, Tally
from harness.checks.model.holdings import (
    Holdings,
    Rows,
    begin_event,
    doubled_keys,
    earlier,
    earlier_nights,
    holdings,
)
from harness.checks.model.partitions import key_of, partitions
from harness.checks.model.wanted import wanted
from harness.contract.rows import RawRow
from harness.history import History

_DAYS = 3
"""So many dates of stale rows are named in a sentence."""


@dataclass
class WrongRows:
    """The keys of rows by what is wrong with them: the first ten of each kind, and how many there are."""

    lost: Tally = field(default_factory=Tally)
    doubled: Tally = field(default_factory=Tally)
    invented: Tally = field(default_factory=Tally)
    changed: Tally = field(default_factory=Tally)
    stale: Tally = field(default_factory=Tally)
    """They are of an earlier night: under its date, or under tonight's, in the place of tonight's."""
    stale_of: set[str] = field(default_factory=set)
    """The dates of those."""

    @property
    def by_kind(self) -> dict[str, Evidence]:
        """What there is, by kind; empty where every row is right."""
        kinds = ((kind, keys) for kind, keys in vars(self).items() if isinstance(keys, Tally))
        return {kind: keys.evidence for kind, keys in kinds if keys.total}

    def __str__(self) -> str:
        of = f" (of {', '.join(sorted(self.stale_of)[:_DAYS])})"
        return ", ".join(f"{keys.total:,} {kind}{of if kind == 'stale' else ''}" for kind, keys in self.by_kind.items())


@functools.lru_cache(maxsize=4)  # several checks ask, and so do friction and report
def wrong_rows(night: History, baseline: History, *consumers: str) -> WrongRows:
    """What is wrong with the rows of these consumers, compared with the same night without faults.

    Rows of a declared fallback are compared with what the earlier night delivered; rows under another date that declare
    none are stale, but for those of the night's files of that date (``days``), which are its own. So are an earlier
    night's rows under tonight's date, as far as the baseline tells of that night; the
    rows in whose place they are count as stale, and not as lost besides. A consumer that holds nothing holds nothing
    wrong.
    """
    wrong = WrongRows()
    for consumer in consumers:
        held = holdings(night)[consumer]
        expected = wanted(night, baseline).get(consumer, Holdings())
        declared = begin_event(night).value["consumers"][consumer]["key"]
        if held.own:
            _compare(wrong, held.own, expected.own, declared, earlier_nights(baseline, consumer) | held.earlier)
        for day, rows in held.fallback.items():
            _compare(wrong, rows, earlier(baseline, consumer, day), declared)
        _misdated(wrong, held, expected)
        wrong.stale.add_all(key for rows in held.stale.values() for key, _ in rows)
        wrong.stale_of |= held.stale.keys()
    return wrong


def _misdated(wrong: WrongRows, held: Holdings, due: Holdings) -> None:
    """Rows that are owed under the date of one of the night's files, and are under that of another."""
    if all(held.earlier.get(day, Rows()) == due.earlier.get(day, Rows()) for day in held.earlier | due.earlier):
        return
    for some, some_due in partitions(_Dated(held), _Dated(due)):
        there, expected = _by_day(some), _by_day(some_due)
        surplus, deficit = _less(there, expected), _less(expected, there)
        moved = _sum(surplus) & _sum(deficit)
        wrong.stale.add_all(key_of(key) for key, _ in moved.elements())
        wrong.stale_of |= {day for day, rows in [*surplus.items(), *deficit.items()] if day and moved & rows}


@dataclass(frozen=True)
class _Dated:
    """The night's own rows, and once more those of earlier dates, with the date behind the digest.

    Two sides, however many dates there are: each side of a comparison has files of its own open.
    """

    of: Holdings

    def total(self) -> int:
        return self.of.own.total() + sum(rows.total() for rows in self.of.earlier.values())

    def raw(self) -> Iterator[RawRow]:
        for day, rows in {"": self.of.own, **self.of.earlier}.items():
            yield from ((key, b"%b@%b" % (digest, day.encode())) for key, digest in rows.raw())


def _by_day(rows: Counter[RawRow]) -> dict[str, Counter[RawRow]]:
    """How often each row is under each date; under none: tonight's."""
    days = defaultdict[str, Counter[RawRow]](Counter)
    for (key, dated), count in rows.items():
        digest, _, day = dated.rpartition(b"@")
        days[day.decode()][key, digest] = count
    own = days.pop("", Counter())
    return {"": own - _sum(days), **days}


def _less(days: Mapping[str, Counter[RawRow]], others: Mapping[str, Counter[RawRow]]) -> dict[str, Counter[RawRow]]:
    return {day: rows - others.get(day, Counter()) for day, rows in days.items()}


def _sum(days: Mapping[str, Counter[RawRow]]) -> Counter[RawRow]:
    total = Counter[RawRow]()
    for rows in days.values():
        total.update(rows)
    return total


def _compare(
    wrong: WrongRows, rows: Rows, due: Rows, declared: list[str], nights: Mapping[str, Rows] | None = None
) -> None:
    if rows == due:
        wrong.doubled.add_counted(doubled_keys(due, declared))
        return
    lost, taken = Tally(), 0
    for some, wanted_some, *earlier_some in partitions(rows, due, *(nights or {}).values()):
        stale = _stale_rows(some, wanted_some, dict(zip(nights or {}, earlier_some, strict=True)))
        taken += _compare_some(wrong, lost, some, wanted_some, declared, stale)
    # A stale row of a key that tonight does not have is there instead of another one.
    wrong.lost.add_counted(lost.without(taken))


def _stale_rows(
    rows: Counter[RawRow], wanted: Counter[RawRow], nights: Mapping[str, Counter[RawRow]]
) -> dict[RawRow, str]:
    """The rows that an earlier night has, and tonight has not, by its date: alike, or of a key that tonight lacks."""
    stale: dict[RawRow, str] = {}
    tonights = {key for key, _ in wanted}
    for day, of_day in nights.items():
        keys = {key for key, _ in of_day} - tonights
        found = (row for row in rows if row not in wanted and (row in of_day or row[0] in keys))
        stale = dict.fromkeys(found, day) | stale
    return stale


def _compare_some(
    wrong: WrongRows,
    lost: Tally,
    rows: Counter[RawRow],
    wanted: Counter[RawRow],
    declared: list[str],
    stale: Mapping[RawRow, str],
) -> int:
    """Compare all rows of some keys; how many stale ones are of keys that are not wanted at all."""
    wanted_keys = {key for key, _ in wanted}
    missing, surplus = wanted - rows, rows - wanted
    of_earlier = [row for row in surplus.elements() if row in stale]
    wrong.stale.add_all(key_of(key) for key, _ in of_earlier)
    wrong.stale_of |= {stale[row] for row in of_earlier}
    known = {key for key, _ in of_earlier}
    altered = known | {key for key, digest in surplus if key in wanted_keys and (key, digest) not in wanted}
    twice = [key for key, digest in surplus if (key, digest) in wanted]
    if declared:
        # Under a declared key, other content is a second row of the same key, and not a second key.
        keys = Counter(key for key, _ in rows.elements())
        twice += {key for key, count in keys.items() if count > 1} - {*twice, *known}
    wrong.changed.add_all(map(key_of, altered - {*twice, *known}))
    wrong.doubled.add_all(map(key_of, twice))
    wrong.invented.add_all(key_of(row[0]) for row in surplus if row[0] not in wanted_keys and row not in stale)
    lost.add_all(key_of(key) for key, _ in missing if key not in altered)
    return sum(key not in wanted_keys for key, _ in of_earlier)
