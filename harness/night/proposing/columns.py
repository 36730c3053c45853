"""What becomes of each column, as pairs of records and rows show it, and what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.chain.columns import Column, Reshaped
from harness.chain.model import Consumer
from harness.contract.plan import Plan
from harness.night.proposing.forms import Explained, explain, explained_by, names_of
from harness.night.proposing.pairing import Pairing
from harness.night.proposing.sides import Sides
from harness.night.proposing.volatile import TwoNights
from harness.night.same_value import plain_value

_UNLESS = "a defect, unless it is meant"


@dataclass
class Columns:
    """The declaration, the key that goes with it, and for each line what speaks for it, or against it (doubts)."""

    key: tuple[str, ...]
    declared: dict[str, Column] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, tuple[Any, str]] = field(default_factory=dict)

    def say(self, column: str, said: Column, why: str) -> None:
        """One line of it."""
        self.declared[column] = said
        self.why[f"columns.{column}"] = why


def proposed_columns(consumer: Consumer, found: Pairing, seen: Sides, files: Sequence[str], plan: Plan) -> Columns:
    """Of every held column, and of the published ones of these files."""
    records = [record for file in files for record in seen.files[file]]
    published = names_of(records)
    made, unknown = _with_key(consumer, found, published)
    nights = TwoNights(found, records, seen.again, plan)
    for column in seen.held_columns:
        said = consumer.columns.get(column)
        if column in unknown:
            continue
        if isinstance(said, str):
            made.say(column, said, "as it is declared")
            continue
        declared = explained_by(column, said, found.pairs, seen.texts) if said is not None else None
        if column in found.key and column in made.key:
            explained: Explained | None = explained_by(column, found.key[column], found.pairs, seen.texts)
        elif declared is not None and declared.all:
            explained = declared
        else:
            explained = explain(column, published, found.pairs, seen.texts)
            if not (explained and explained.all) and (why := nights.volatile_because(column)):
                made.say(column, "volatile", why)
                continue
        if explained is None:
            made.say(column, "derived", f"in no form is it a published column's, such as {_shown(found, column)}")
        else:
            _say_form(made, column, explained, published, explained_by(column, None, found.pairs, seen.texts))
    sources = {form.source for form in made.declared.values() if isinstance(form, Reshaped)}
    for column in published:
        if column not in {*seen.held_columns, *sources, *consumer.volatile}:
            made.say(column, "dropped", "published, and not held")
    made.declared |= {name: said for name, said in consumer.columns.items() if said == "volatile"}
    return made


def _with_key(consumer: Consumer, found: Pairing, published: Sequence[str]) -> tuple[Columns, list[str]]:
    """The key of which the values are in the records, and the columns of the chain's own key of which nothing is known.

    A key that is published under its own name, and held with other values, is a defect rather than another key.
    """
    unknown = [column for column in consumer.key if column not in found.key]
    if not any(column in published for column in unknown):
        return Columns(tuple(found.key) if unknown else consumer.key), []
    against = f"'{', '.join(unknown)}' is held with other values than are published: {_UNLESS}"
    return Columns(consumer.key, doubts={"key": (tuple(found.key), against)}), unknown


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
