"""Which published record each row is: by the consumer's key, whatever its columns are called in the files."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.chain.columns import Reshaped
from harness.night.declared_columns import shaped
from harness.night.proposing.forms import DATES, FACTORS, NEARLY, Pair, Row, by_likeness, form_of, names_of, told
from harness.night.same_value import number_of, plain_value

LEAST = 0.5
"""The part of a column's values that another must have to be taken for it."""

ALIKE = 4
"""So many published columns are tried for each column of the key: several may have the same values."""

SAMPLE = 300
"""So many values, or pairs, of all of them tell whether the rest is worth being looked at."""

LUCK = 0.05
"""The part of the rows from which on their being no record speaks against a key that the chain does not name."""

MOST_COLUMNS = 4
"""Of a key that the chain does not name."""


@dataclass
class Pairing:
    """Rows with their records; which form of a published column each column of the key is (None: as published)."""

    key: dict[str, Reshaped | None]
    pairs: list[Pair] = field(default_factory=list)
    lost: list[Row] = field(default_factory=list)
    """records that no row is"""
    foreign: list[Row] = field(default_factory=list)
    """rows that are no record"""
    shared: list[tuple[list[Row], list[Row]]] = field(default_factory=list)
    """records and rows of one key, of which one side has more than one"""

    @property
    def agreement(self) -> float:
        """How many columns of a row, in the mean, have a value that its record has too."""
        return sum(_agreeing(*pair) for pair in self.some) / max(1, len(self.some))

    @property
    def some(self) -> list[Pair]:
        """Pairs from all over the night, few enough to be looked at again and again."""
        return self.pairs[:: max(1, len(self.pairs) // SAMPLE)][:SAMPLE]


class Texts:
    """Rows, and their values column by column in the one form that all ways of writing share, worked out once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.columns = names_of(rows)
        self._known: dict[str, list[str]] = {}

    def of(self, column: str, form: Reshaped | None = None) -> list[str]:
        """A column's values, or those of a published one in that form."""
        source = column if form is None else form.source or column
        if form is not None and form != form_of(source):
            return [plain_value(shaped(row.get(source), form)) for row in self.rows]
        if source not in self._known:
            self._known[source] = [plain_value(row.get(source)) for row in self.rows]
        return self._known[source]

    def keys(self, key: Mapping[str, Reshaped | None]) -> Iterator[tuple[str, ...]]:
        """The key of each row."""
        return zip(*(self.of(column, form) for column, form in key.items()), strict=True)


def pair(records: Sequence[Row], rows: Sequence[Row], key: Sequence[str]) -> Pairing | None:
    """By that key, or without one (or one that is in no record) by columns that tell the rows apart; None: by none."""
    published, held = Texts(records), Texts(rows)
    found = (_by(published, held, key) if key else None) or _by(published, held, _telling(published, held))
    return found if found is not None and ((key and {*key} == {*found.key}) or _is_no_luck(found)) else None


def paired(records: Texts, rows: Texts, key: Mapping[str, Reshaped | None]) -> Pairing:
    """Each row with the record that has the same key."""
    found = Pairing(dict(key))
    there: dict[tuple[str, ...], tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for name, record in zip(records.keys(key), records.rows, strict=True):
        there[name][0].append(record)
    for name, row in zip(rows.keys(dict.fromkeys(key)), rows.rows, strict=True):
        there[name][1].append(row)
    for published, held in there.values():
        if not held:
            found.lost += published
        elif not published:
            found.foreign += held
        elif len(published) == len(held) == 1:
            found.pairs.append((published[0], held[0]))
        else:
            found.shared.append((published, held))
    return found


def quality(one: Pairing) -> tuple[float, float, int, int]:
    """What makes one pairing better than another: rows that are records, columns that agree, then what is left over."""
    met = len(one.pairs) + sum(len(rows) for _, rows in one.shared)
    return (round(met / max(1, met + len(one.foreign)), 1), one.agreement, len(one.pairs), -len(one.lost))


def _is_no_luck(found: Pairing) -> bool:
    """By columns that nobody calls a key: nearly all rows are records then, or they agree in another column too."""
    if not found.foreign or len(found.foreign) < LUCK * (len(found.pairs) + len(found.foreign)):
        return True
    others = 0
    for record, row in found.some:
        values = {plain_value(value) for value in record.values()} - {""}
        others += any(plain_value(value) in values for name, value in row.items() if name not in found.key)
    return others >= NEARLY * len(found.some)


def _by(records: Texts, rows: Texts, key: Sequence[str]) -> Pairing | None:
    if not key or not rows.rows:
        return None
    ways = [_likeliest(_ways(column, records, rows)) for column in key]
    found = (paired(records, rows, dict(zip(key, forms, strict=True))) for forms in itertools.product(*ways))
    return max(found, key=quality, default=None)


def _likeliest(ways: Iterator[tuple[float, Reshaped | None]]) -> list[Reshaped | None]:
    found = []
    for share, form in ways:
        if form is None and share == 1:
            return [None]  # its own name, with all its values
        found.append((round(share, 2), form))
    return [form for _, form in sorted(found, key=lambda way: -way[0])][:ALIKE]


def _ways(column: str, records: Texts, rows: Texts) -> Iterator[tuple[float, Reshaped | None]]:
    """Forms of published columns that have most of the column's values, whichever row has them; its own name first."""
    held = {*rows.of(column)} - {""}
    if not held:
        return
    for name in by_likeness(column, records.columns):
        own = name == column
        if (share := len(held.intersection(records.of(name))) / len(held)) >= LEAST:
            yield share, None if own else form_of(name)
            continue
        some = [row.get(name) for row in records.rows[:: max(1, len(records.rows) // SAMPLE)]]
        for form in _other_forms(None if own else name, some):
            if held.isdisjoint([plain_value(shaped(value, form)) for value in some]):
                continue
            if (share := len(held.intersection(records.of(name, form))) / len(held)) >= LEAST:
                yield share, form


def _other_forms(source: str | None, values: Sequence[object]) -> Iterator[Reshaped]:
    first = next((value for value in values if value not in (None, "")), None)
    if number_of(first) is not None:
        yield from (form_of(source, times=told(factor)) for factor in FACTORS)
    for date in DATES:
        form = form_of(source, date=date)
        if plain_value(shaped(first, form)) != plain_value(first):
            yield form


def _telling(records: Texts, rows: Texts) -> list[str]:
    """Columns of the rows with values of published ones, those with most values first, until no two rows are alike."""
    values = {column: len({*rows.of(column)}) for column in rows.columns}
    amounts = {column for column in rows.columns if any(_is_amount(row.get(column)) for row in rows.rows)}
    chosen: list[str] = []
    for column in sorted(rows.columns, key=lambda column: (-values[column], column in amounts)):
        if values[column] > 1 and next(_ways(column, records, rows), None) is not None:
            chosen.append(column)
            if len(chosen) == MOST_COLUMNS or len({*rows.keys(dict.fromkeys(chosen))}) == len(rows.rows):
                break
    return chosen


def _is_amount(value: object) -> bool:
    """A number with decimals: that such are all different is luck."""
    return (number := number_of(value)) is not None and number != int(number)


def _agreeing(record: Row, row: Row) -> int:
    published = {plain_value(value) for value in record.values()}
    same = sum(plain_value(value) == plain_value(record[name]) for name, value in row.items() if name in record)
    return same + sum(plain_value(value) in published for value in row.values())
