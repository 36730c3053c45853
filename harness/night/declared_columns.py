"""A record as a consumer is to hold it: what the chain declares of its columns, applied to what was published."""

from __future__ import annotations

import datetime as dt
import decimal
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.chain.columns import Reshaped
from harness.chain.model import Consumer
from harness.night.same_value import number_of, same

Row = Mapping[str, Any]

_ALIKE_IF_EQUAL = frozenset({str, int, float, decimal.Decimal, type(None)})
"""Types whose equal values are one value; not so ``True``, which equals 1, nor what may contain it."""


@dataclass(frozen=True)
class Declared:
    """Without any declaration: every column under its own name, with its own value."""

    forms: Mapping[str, Reshaped] = field(default_factory=dict)
    left_out: Set[str] = frozenset()
    """derived, dropped and volatile columns: no side is asked for them"""

    @classmethod
    def by(cls, consumer: Consumer) -> Declared:
        """What the chain says of that consumer's columns."""
        said = consumer.columns
        forms = {name: form for name, form in said.items() if isinstance(form, Reshaped)}
        return cls(forms, {name for name, form in said.items() if not isinstance(form, Reshaped)})

    @cached_property
    def _rounds(self) -> bool:
        return any(form.round is not None for form in self.forms.values())

    @cached_property
    def taken(self) -> set[str]:
        """The published columns that are held under another name; under their own they may be held as well."""
        return {form.source for form in self.forms.values() if form.source is not None}

    @property
    def sources(self) -> set[str]:
        """The published columns that records are to have."""
        return {form.source or name for name, form in self.forms.items()}

    def expected(self, record: Row) -> Row:
        """The record by the consumer's names, with factors and the form of dates; rounding is left to `agree`."""
        if not self.forms:
            return self.held(record)
        row = {name: value for name, value in record.items() if name not in self.left_out and name not in self.forms}
        for name, form in self.forms.items():
            if (source := form.source or name) in record:
                row[name] = shaped(record[source], form)
        return row

    def held(self, row: Row) -> Row:
        """A consumer's row without what is not compared."""
        if self.left_out.isdisjoint(row):
            return row
        return {name: value for name, value in row.items() if name not in self.left_out}

    def texts(self, columns: Collection[str]) -> set[str]:
        """The published columns of text by the consumer's names; one whose form changes is none any more."""
        kept = {name for name in columns if name not in self.forms}
        return kept | {name for name, form in self.forms.items() if form.source in columns and _only_renamed(form)}

    def agree(self, column: str, expected: Any, held: Any, *, text: bool) -> bool:
        """Whether the value that is held is the one that was published, as the chain declares the column."""
        form = self.forms.get(column)
        if form is not None and form.round is not None:
            wanted, found = number_of(expected), number_of(held)
            if wanted is not None and found is not None:
                step = decimal.Decimal(1).scaleb(-form.round)
                return abs(found - wanted) * 2 <= step and not found % step
        if isinstance(expected, dt.datetime) and isinstance(held, str):
            with suppress(ValueError):  # with a T or a space
                return expected == dt.datetime.fromisoformat(held)
        return same(expected, held, text=text)

    def are_one(self, expected: Row, held: Row, text: Collection[str]) -> bool:
        """Whether both have the same columns with the same values: the quick question, with which most rows are done.

        Where a column is rounded, two rows may agree with one record, and it is not to be told from these two alone.
        """
        if self._rounds or expected.keys() != held.keys():
            return False
        if expected == held:
            types = set(map(type, held.values()))
            if types == {str} or _ALIKE_IF_EQUAL.issuperset(types.union(map(type, expected.values()))):
                return True
        return all(same(value, held[column], text=column in text) for column, value in expected.items())

    def are_all_one(self, expected: Sequence[Row], held: Sequence[Row]) -> bool:
        """Whether each is one with its counterpart, as far as it is told by looking at all of them at once.

        So it is with most rows of a night. Where it is not told, `are_one` may still say so of each.
        """
        if self._rounds or expected != held:
            return False
        types = _types(held)
        return types == {str} or _ALIKE_IF_EQUAL.issuperset(types | _types(expected))

    def tells_apart(self, column: str) -> bool:
        """Whether equal rows have the column and equal values there: none that is rounded, or held by another name."""
        form = self.forms.get(column)
        return column not in self.taken if form is None else form.round is None


def _types(rows: Iterable[Row]) -> set[type]:
    return set(map(type, itertools.chain.from_iterable(row.values() for row in rows)))


def _only_renamed(form: Reshaped) -> bool:
    return form.times is None and form.round is None and form.date is None


def shaped(value: Any, form: Reshaped) -> Any:
    """A published value in that form, but for its rounding."""
    if form.times is not None and (number := number_of(value)) is not None:
        return number * decimal.Decimal(str(form.times))
    return _date(value, form.date) if form.date is not None else value


def _date(value: Any, form: str) -> Any:
    """ISO 8601 in that form, and what is published in that form in ISO 8601."""
    try:
        return dt.datetime.fromisoformat(str(value)).strftime(form)
    except ValueError:
        pass
    try:
        moment = dt.datetime.strptime(str(value), form)
    except ValueError:
        return value
    return moment if "%H" in form or "%I" in form else moment.date()


def lines(consumer: Consumer) -> list[str]:
    """The declarations as they stand in a chain's file."""
    told = []
    for name, form in consumer.columns.items():
        if isinstance(form, Reshaped):
            given = form.model_dump(by_alias=True, exclude_none=True)
            told.append(f"{name}: {{{', '.join(f'{key}: {value}' for key, value in given.items())}}}")
        else:
            told.append(f"{name}: {form}")
    return told
