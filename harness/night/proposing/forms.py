"""In which form of which published column a held one has its values: every form that a chain can declare is tried."""

from __future__ import annotations

import difflib
import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from harness.chain.columns import Reshaped
from harness.night.declared_columns import Declared, shaped
from harness.night.same_value import number_of, plain_value

Row = Mapping[str, Any]
Pair = tuple[Row, Row]
"""A published record, and the row that it is."""

PROBE = 200
"""So many pairs decide whether a form is worth being tried on all."""

NEARLY = 0.75
"""The part of the pairs that a form must explain to be proposed beside values that it does not explain."""

DATES = (
    *("%d.%m.%Y", "%Y%m%d", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y"),
    *("%y%m%d", "%d%m%Y", "%d%m%y", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%Y-%j", "%Y%j", "%G-W%V"),
    *("%Y-%m", "%Y%m", "%Y", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"),
    *("%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"),
)
FACTORS = (Fraction(1, 1000), Fraction(1, 100), Fraction(1, 10), *map(Fraction, (10, 60, 100, 1000, 3600, 1_000_000)))
"""Between units that people use: a factor of two rows may be anything."""


@dataclass(frozen=True)
class Explained:
    """A form of a column, and in how many of the pairs it gives the value that is held; None: as it was published."""

    form: Reshaped | None
    equal: int
    of: int
    other: Pair | None
    """the first of which it does not"""

    @property
    def all(self) -> bool:
        """Whether it explains every pair."""
        return self.equal == self.of


def explain(column: str, published: Sequence[str], pairs: Sequence[Pair], texts: Collection[str]) -> Explained | None:
    """What a held column is made of; None where nothing that can be declared gives its values."""
    own = explained_by(column, None, pairs, texts) if column in published else None
    if own is not None and own.all:
        return own
    best: Explained | None = None
    for form in _forms(column, published, pairs[:PROBE]):
        probed = explained_by(column, form, pairs[:PROBE], texts)
        if probed.equal < NEARLY * probed.of or _is_luck(column, probed, pairs[:PROBE], texts):
            continue
        found = explained_by(column, form, pairs, texts)
        if found.all:
            return found
        if best is None or found.equal > best.equal:
            best = found
    if best is not None and (own is None or own.equal <= min(best.equal, own.of / 2)):
        return best
    return own


def explained_by(column: str, form: Reshaped | None, pairs: Sequence[Pair], texts: Collection[str]) -> Explained:
    """In how many of the pairs that form gives the value that is held."""
    source = column if form is None else form.source or column
    declared = Declared({} if form is None else {column: form})
    text = source in texts and (form is None or form == form_of(source))
    equal, other = 0, None
    for pair in pairs:
        value = pair[0].get(source)
        if declared.agree(column, value if form is None else shaped(value, form), pair[1].get(column), text=text):
            equal += 1
        elif other is None:
            other = pair
    return Explained(form, equal, len(pairs), other)


def _is_luck(column: str, probed: Explained, pairs: Sequence[Pair], texts: Collection[str]) -> bool:
    """Two columns that mostly hold one value agree mostly: it is by the other values that they are told apart."""
    if probed.all:
        return probed.form is not None and all(row.get(column) in (None, "") for _, row in pairs)
    held = Counter(plain_value(row.get(column)) for _, row in pairs)
    most = held.most_common(1)[0][0]
    rare = [pair for pair in pairs if plain_value(pair[1].get(column)) != most]
    return explained_by(column, probed.form, rare, texts).equal < NEARLY * max(len(rare), 1)


def form_of(source: str | None, **given: Any) -> Reshaped:
    """The form of a column that has this name at the source, or its own."""
    return Reshaped.model_validate(given if source is None else {"from": source} | given)


def _forms(column: str, published: Sequence[str], pairs: Sequence[Pair]) -> Iterator[Reshaped]:
    """Its own values in another form first, then another column's as they are, then another column's in another."""
    others = by_likeness(column, [one for one in published if one != column])
    if column in published:
        yield from _reshaped(column, None, pairs)
    yield from (form_of(source) for source in others)
    for source in others:
        yield from _reshaped(column, source, pairs)


def by_likeness(column: str, names: Sequence[str]) -> list[str]:
    """The names that look most like that of the column come first; what else is equal stays as it stands."""

    def like(name: str) -> float:
        return difflib.SequenceMatcher(None, column.casefold(), name.casefold()).ratio()

    return sorted(names, key=like, reverse=True)


def names_of(rows: Iterable[Row]) -> list[str]:
    """Every column that one of them has."""
    return list(dict.fromkeys(itertools.chain.from_iterable(dict.fromkeys(tuple(row) for row in rows))))


def _reshaped(column: str, source: str | None, pairs: Sequence[Pair]) -> Iterator[Reshaped]:
    values = [(record.get(source or column), row.get(column)) for record, row in pairs]
    numbers = [
        (before, after)
        for one, other in values
        if (before := number_of(one)) is not None and (after := number_of(other)) is not None
    ]
    if numbers and len(numbers) >= NEARLY * sum(other not in (None, "") for _, other in values):
        decimals = max(max(0, -int(after.as_tuple().exponent)) for _, after in numbers)
        whole = max((max(0, -int(after.normalize().as_tuple().exponent)) for _, after in numbers), default=decimals)
        yield form_of(source, round=whole)
        for factor in _factors([(Fraction(before), Fraction(after)) for before, after in numbers]):
            yield form_of(source, times=factor)
            yield form_of(source, times=factor, round=whole)
        return
    filled = [(one, other) for one, other in values if one not in (None, "") and other not in (None, "")]
    for date in DATES if filled else ():
        form = form_of(source, date=date)
        if sum(
            Declared({column: form}).agree(column, shaped(one, form), other, text=False) for one, other in filled[:9]
        ):
            yield form


def _factors(numbers: Sequence[tuple[Fraction, Fraction]]) -> Iterator[int | float]:
    """The ratio that most pairs have, if it is one that a chain may mean, and the units near it, of rounded values."""
    ratios = Counter(after / before for before, after in numbers if before and after / before > 0)
    if not ratios:
        return
    (ratio, count), *_ = ratios.most_common(1)
    several = count >= 3 and len({before for before, after in numbers if before and after / before == ratio}) >= 3
    if ratio != 1 and (ratio in FACTORS or (several and Fraction(str(told(ratio))) == ratio)):
        yield told(ratio)
    middle = sorted(ratios.elements())[len(numbers) // 2 if len(numbers) == ratios.total() else ratios.total() // 2]
    for factor in FACTORS:
        if factor != ratio and abs(middle / factor - 1) < Fraction(1, 20):
            yield told(factor)


def told(factor: Fraction) -> int | float:
    """A factor as a chain's file has it."""
    return int(factor) if factor.denominator == 1 else float(factor)
