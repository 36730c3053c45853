"""What a consumer holds, compared with what was published: by key, and by the value of every column that both have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

from harness.night.declared_columns import Declared
from harness.night.pending_rows import MOST_PENDING, Partitions
from harness.night.same_value import plain_value

FIRST = 10
"""So many differences of each kind are named; the total says how many there are."""

LONGEST_NAME = 200
"""Characters of a key that are shown; a row without one is named by all its values."""

AT_ONCE = 500
"""So many rows of each side are compared at once, and one by one only where those of a side differ from the other's."""

Row = Mapping[str, Any]
Key = tuple[str, ...]


@dataclass
class Kind:
    """Differences of one kind: the first ten, and how many there are."""

    first: list[str] = field(default_factory=list)
    total: int = 0

    def add(self, text: str) -> None:
        """One more."""
        self.total += 1
        if len(self.first) < FIRST:
            self.first.append(text)

    def add_all(self, other: Kind) -> None:
        """As many more as another has."""
        self.total += other.total
        self.first.extend(other.first[: FIRST - len(self.first)])


@dataclass
class Compared:
    """How many records and rows there were, which columns were compared, which only one side has, what differs.

    ``because``: why they could not be compared; then nothing of it is known.
    """

    records: int = 0
    rows: int = 0
    columns: set[str] = field(default_factory=set)
    only_published: set[str] = field(default_factory=set)
    only_held: set[str] = field(default_factory=set)
    lost: Kind = field(default_factory=Kind)
    invented: Kind = field(default_factory=Kind)
    changed: Kind = field(default_factory=Kind)
    because: str | None = None

    @property
    def alike(self) -> bool:
        """Whether all was compared, and nothing differs; a column that only one side has was not compared."""
        apart = self.lost.total or self.invented.total or self.changed.total
        return self.because is None and not (apart or self.only_published or self.only_held)


def compare(
    records: Iterable[Row],
    rows: Iterable[Row],
    key: Sequence[str],
    *,
    text: Collection[str] = (),
    declared: Declared | None = None,
    most_pending: int = MOST_PENDING,
) -> Compared:
    """Read both sides side by side; ``text`` names the columns of text, by the consumer's names as the key does.

    What has no counterpart yet is kept, in memory or, beyond ``most_pending`` rows, in files by the key's checksum. A
    key that is there twice must be there twice on the other side; the second copy is lost, or invented.
    """
    said = declared or Declared()
    found = Compared()
    columns: tuple[set[str], set[str]] = (set(), set())
    with ExitStack() as open_files:
        match = _Matches(said, text)
        apart: Partitions | None = None
        for pair in _to_look_at(said, text, found, iter(records), iter(rows)):
            for side, one in enumerate(pair):
                if one is None:
                    continue
                columns[side].update(one)
                found.records, found.rows = found.records + (not side), found.rows + side
                if (lacks := next((column for column in key if column not in one), None)) is not None:
                    whose = "a row" if side else "a record that was published"
                    return Compared(because=f"{whose} has no column '{lacks}', which is part of the consumer's key")
                name = _name(one, key, said)
                if apart is None:
                    match.add(side, name, one)
                else:
                    apart.add(side, name, one)
            if apart is None and match.pending > most_pending:
                apart = open_files.enter_context(Partitions())
                for side, name, one in match.taken():
                    apart.add(side, name, one)
        match.tell(found)
        for part in apart.parts() if apart else ():
            one_part = _Matches(said, text)
            for side, name, one in part:
                one_part.add(side, name, one)
            one_part.tell(found)
            for column, kind in one_part.without.items():
                match.without.setdefault(column, Kind()).add_all(kind)
    _told_of_columns(found, match.without, *columns)
    found.only_published -= said.taken
    return found


def _to_look_at(
    said: Declared, text: Collection[str], found: Compared, records: Iterator[Row], rows: Iterator[Row]
) -> Iterator[tuple[Row | None, Row | None]]:
    """What stands in one place on both sides; of what is alike there, and has the same columns, only the first.

    The others are counted: most rows come in the order of their records.
    """
    shape: Collection[str] = ()

    def are_alike(records: Sequence[Row], rows: Sequence[Row]) -> bool:
        return said.are_all_one(records, rows) and all(row.keys() == shape for row in rows)

    while any(some := ([*islice(records, AT_ONCE)], [*islice(rows, AT_ONCE)])):
        as_they_are = not said.forms and are_alike(*some)
        if as_they_are or are_alike(*(some := ([*map(said.expected, some[0])], [*map(said.held, some[1])]))):
            found.records, found.rows = found.records + len(some[0]), found.rows + len(some[1])
            continue
        for record, row in zip_longest(*some):
            if record is not None and row is not None and said.are_one(record, row, text):
                if row.keys() == shape:
                    found.records, found.rows = found.records + 1, found.rows + 1
                    continue
                shape = row.keys()
            yield record, row


def _told_of_columns(found: Compared, without: Mapping[str, Kind], published: set[str], held: set[str]) -> None:
    """A column that a row lacks and others have is one without a value; one that no row has was not compared."""
    found.columns = published & held
    found.only_published, found.only_held = published - held, held - published
    for column in sorted(without.keys() & found.columns):
        found.changed.add_all(without[column])


def _name(one: Row, key: Sequence[str], said: Declared) -> Key:
    if key:
        return tuple([plain_value(one[column]) for column in key])
    values = ((column, plain_value(one[column])) for column in sorted(one) if said.tells_apart(column))
    return tuple([f"{column}={value}" for column, value in values if value])


class _Matches:
    """Rows that wait for the record that they are, and records that wait for their row."""

    def __init__(self, said: Declared, text: Collection[str]) -> None:
        self._said = said
        self._text = text
        self._waiting: tuple[dict[Key, list[Row]], dict[Key, list[Row]]] = ({}, {})
        self.pending = 0
        self.without: dict[str, Kind] = {}

    def add(self, side: int, name: Key, one: Row) -> None:
        """A record (side 0) or a row (1); gone at once with one that it agrees with."""
        mine, theirs = self._waiting[side], self._waiting[1 - side]
        others = theirs.get(name, ())
        for position, other in enumerate(others):
            pair = (other, one) if side else (one, other)
            if next(self._differences(*pair), None) is None:
                del theirs[name][position]
                if not theirs[name]:
                    del theirs[name]
                self.pending -= 1
                self._note_lacking(name, *pair)
                return
        mine.setdefault(name, []).append(one)
        self.pending += 1

    def taken(self) -> list[tuple[int, Key, Row]]:
        """All that wait; after it none does."""
        all_of = [(side, name, one) for side in (0, 1) for name, many in self._waiting[side].items() for one in many]
        self._waiting = ({}, {})
        self.pending = 0
        return all_of

    def tell(self, found: Compared) -> None:
        """What of those that still wait has changed, is lost, or was invented."""
        published, held = self._waiting
        for name, records in published.items():
            rows = held.pop(name, [])
            for record, row in zip(records, rows, strict=False):
                for told in self._differences(record, row):
                    found.changed.add(f"{_shown(name)}: {told}")
                self._note_lacking(name, record, row)
            for _ in records[len(rows) :]:
                found.lost.add(_shown(name))
            for _ in rows[len(records) :]:
                found.invented.add(_shown(name))
        for name, rows in held.items():
            for _ in rows:
                found.invented.add(_shown(name))

    def _differences(self, record: Row, row: Row) -> Iterator[str]:
        for column, value in record.items():
            if column in row and not self._said.agree(column, value, row[column], text=column in self._text):
                to_be = "is to be" if column in self._said.forms else "was published as"
                yield f"{column} {to_be} {_value(value)}, and is held as {_value(row[column])}"

    def _note_lacking(self, name: Key, record: Row, row: Row) -> None:
        if record.keys() == row.keys():
            return
        for column in record.keys() ^ row.keys():
            published, held = (plain_value(one.get(column)) for one in (record, row))
            if published != held:
                told = f"{column} was published as {_value(published)}, and is held as {_value(held)}"
                self.without.setdefault(column, Kind()).add(f"{_shown(name)}: {told}")


def _shown(name: Key) -> str:
    told = "/".join(name)
    return told if len(told) <= LONGEST_NAME else f"{told[:LONGEST_NAME]}…"


def _value(value: Any) -> str:
    told = "nothing" if value in (None, "") else str(value)
    return told if len(told) <= LONGEST_NAME else f"{told[:LONGEST_NAME]}…"
