"""What a consumer holds, compared with what was published: by key, and by the value of every column that both have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from harness.night.same_value import plain_value, same

FIRST = 10
"""So many differences of each kind are named; the total says how many there are."""

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


def compare(records: Iterable[Row], rows: Iterable[Row], key: Sequence[str], *, text: Collection[str] = ()) -> Compared:
    """Read both sides side by side; ``text`` names the columns of text.

    What has no counterpart yet is kept: memory grows with how far apart the orders are, and is flat where they agree.
    A key that is there twice must be there twice on the other side; the second copy is lost, or invented.
    """
    found = Compared()
    published: dict[Key, list[Row]] = {}
    held: dict[Key, list[Row]] = {}
    for record, row in zip_longest(records, rows):
        if record is not None:
            found.records += 1
        if row is not None:
            found.rows += 1
        for one, mine, theirs in ((record, published, held), (row, held, published)):
            if one is None:
                continue
            if (lacks := next((column for column in key if column not in one), None)) is not None:
                side = "a record that was published" if mine is published else "a row"
                return Compared(because=f"{side} has no column '{lacks}', which is part of the consumer's key")
            name = tuple(plain_value(one[column]) for column in key or sorted(one))
            if name in theirs:
                other = theirs[name].pop(0)
                if not theirs[name]:
                    del theirs[name]
                record_of, row_of = (other, one) if mine is held else (one, other)
                _pair(found, name, record_of, row_of, text)
            else:
                mine.setdefault(name, []).append(one)
    for name in _left(published):
        found.lost.add("/".join(name))
    for name in _left(held):
        found.invented.add("/".join(name))
    return found


def _left(pending: dict[Key, list[Row]]) -> Iterator[Key]:
    return (name for name, rows in pending.items() for _ in rows)


def _pair(found: Compared, name: Key, record: Row, row: Row, text: Collection[str]) -> None:
    both = record.keys() & row.keys()
    found.columns |= both
    found.only_published |= record.keys() - both
    found.only_held |= row.keys() - both
    for column in sorted(both):
        if not same(record[column], row[column], text=column in text):
            told = f"{'/'.join(name)}: {column} was published as {record[column]!s}, and is held as {row[column]!s}"
            found.changed.add(told)
