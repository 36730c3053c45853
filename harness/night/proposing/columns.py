"""What becomes of each column, as pairs of records and rows show it, and what speaks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.chain.columns import Column, Reshaped
from harness.chain.model import Consumer
from harness.contract.plan import Plan
from harness.night.proposing.forms import Explained, Row, explain, explained_by, names_of
from harness.night.proposing.pairing import Pairing, paired
from harness.night.proposing.sides import Sides
from harness.night.same_value import number_of, plain_value

_UNLESS = "a defect, unless it is meant"


@dataclass
class Columns:
    """The declaration, the key that goes with it, and for each line what speaks for it, or against it (doubts)."""

    key: tuple[str, ...]
    declared: dict[str, Column] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, tuple[Column, str]] = field(default_factory=dict)

    def say(self, column: str, said: Column, why: str) -> None:
        """One line of it."""
        self.declared[column] = said
        self.why[f"columns.{column}"] = why


def proposed_columns(consumer: Consumer, found: Pairing, seen: Sides, files: Sequence[str], plan: Plan) -> Columns:
    """Of every held column, and of the published ones of these files."""
    records = [record for file in files for record in seen.files[file]]
    published = names_of(records)
    made = Columns(consumer.key if {*consumer.key} <= {*found.key} else tuple(found.key))
    for column in seen.held_columns:
        said = consumer.columns.get(column)
        if column in made.key:
            explained = explained_by(column, found.key[column], found.pairs, seen.texts)
        elif isinstance(said, str):
            made.say(column, said, "as it is declared")
            continue
        elif said is not None and (kept := explained_by(column, said, found.pairs, seen.texts)).all:
            explained = kept
        else:
            changes = _volatile_because(column, found, records, seen, plan)
            explained_or_not = explain(column, published, found.pairs, seen.texts)
            if changes and (explained_or_not is None or not explained_or_not.all):
                made.say(column, "volatile", changes)
                continue
            if explained_or_not is None:
                made.say(column, "derived", f"in no form is it a published column's, such as {_shown(found, column)}")
                continue
            explained = explained_or_not
        _say_form(made, column, explained, published, explained_by(column, None, found.pairs, seen.texts))
    sources = {form.source for form in made.declared.values() if isinstance(form, Reshaped)}
    for column in published:
        if column not in seen.held_columns and column not in sources and column not in consumer.volatile:
            made.say(column, "dropped", "published, and not held")
    for column, said in consumer.columns.items():
        if said == "volatile":
            made.declared.setdefault(column, said)
    return made


def _say_form(made: Columns, column: str, found: Explained, published: Sequence[str], own: Explained) -> None:
    """``own``: how often the published column of its own name has its values."""
    equal = f"equal in {found.equal:,} of {found.of:,} rows"
    example = f"not in {_example(column, found, made.key)}: {_UNLESS}" if found.other else ""
    if found.form is None:
        if found.other:
            made.doubts[f"columns.{column}"] = ("derived", f"{equal}, {example}")
        return
    why = "; ".join(filter(None, [equal, example]))
    source = found.form.source
    if column in published and source is not None and column not in made.key:
        against = f"{why}; but a column '{column}' is published too, with other values: {_UNLESS}"
        made.doubts[f"columns.{column}"] = (found.form, against)
        return
    if source is None and own.other is not None:
        why = (
            f"{own.of - own.equal:,} of {own.of:,} differ from what was published, such as "
            f"{_example(column, own, made.key)}; if that is not meant, it is a defect"
        )
        why += f" ({example})" if example else ""
    made.say(column, found.form, why)


def _example(column: str, found: Explained, key: Sequence[str]) -> str:
    assert found.other is not None  # noqa: S101 - who asks has seen that there is one
    record, row = found.other
    source = column if found.form is None else found.form.source or column
    name = "/".join(plain_value(row.get(one)) for one in key)
    return f"{name}: published {plain_value(record.get(source))!r}, held {plain_value(row.get(column))!r}"


def _shown(found: Pairing, column: str) -> str:
    values = [plain_value(row.get(column)) for _, row in found.pairs]
    return repr(next((value for value in values if value), ""))


def _volatile_because(column: str, found: Pairing, records: Sequence[Row], seen: Sides, plan: Plan) -> str | None:
    """Two calm nights hold it differently, or it is a moment of the night, as the time of loading is."""
    again = {id(record): row for record, row in paired(records, seen.again, found.key).pairs}
    for record, row in found.pairs:
        other = again.get(id(record))
        if other is not None and plain_value(row.get(column)) != plain_value(other.get(column)):
            values = f"{plain_value(row.get(column))!r} and {plain_value(other.get(column))!r}"
            return f"two calm nights hold other values, such as {values}"
    filled = [row.get(column) for _, row in found.pairs if row.get(column) not in (None, "")]
    if filled and all(_in_the_night(value, plan) for value in filled):
        return f"moments of the night itself, such as {filled[0]}: a fault moves them"
    return None


def _in_the_night(value: Any, plan: Plan) -> bool:
    number = number_of(value)
    if number is not None:
        return any(plan.begins_ns <= number * unit <= plan.closes_ns for unit in (10**9, 10**6, 10**3, 1))
    text = str(value)
    if len(text) < len("2026-11-23T01:30"):
        return False  # a date alone says nothing of when it was written
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    zone = moment.tzinfo or dt.UTC
    return plan.begins_ns <= moment.replace(tzinfo=zone).timestamp() * 10**9 <= plan.closes_ns
