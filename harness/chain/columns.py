"""What a chain says of the columns of a consumer's rows that are not those of the records that were published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from harness.chain.job import Text, text_or_mapping
from harness.values.strict import Location, Strict, get, mapping, sequence, unknown

Left = Literal["derived", "dropped", "volatile"]
"""derived: the chain makes it. volatile: it differs from run to run. dropped: it is published, and not held."""


class Reshaped(Strict):
    """A column that is held in another form: of another name, times a factor, rounded to decimals, a date's writing."""

    source: Text | None = Field(default=None, alias="from")
    times: Annotated[int | float, Field(gt=0)] | None = None
    round: Annotated[int, Field(ge=0)] | None = None
    date: Text | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """No form at all, two that exclude each other, and a date's form that writes no date."""
        given = [key for key in ("from", "times", "round", "date") if get(data, key) is not None]
        if isinstance(data, Mapping) and not given:
            yield (), "expected one of from, times, round, date"
        if isinstance(form := get(data, "date"), str):
            if {"times", "round"} & {*given}:
                yield ("date",), "found a date with a number's form, expected one of the two"
            if dt.date(2026, 11, 23).strftime(form) == dt.date(2025, 10, 22).strftime(form):
                yield ("date",), f"found '{form}', expected the form of a date, such as \"%d.%m.%Y\""


Column = Annotated[
    Annotated[Left, Tag("text")] | Annotated[Reshaped, Tag("mapping")],
    Discriminator(text_or_mapping),
]


def column_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """Of each consumer: files that the chain does not have, and columns that cannot be what they are said to be."""
    files = mapping(data, "files")
    for name, consumer in mapping(data, "consumers").items():
        for position, file in enumerate(sequence(consumer, "files")):
            if isinstance(file, str) and file not in files:
                yield ("consumers", name, "files", position), unknown("file", file, files)
        for column, said in mapping(consumer, "columns").items():
            place = ("consumers", name, "columns", column)
            if isinstance(said, str) and column in sequence(consumer, "key"):
                yield (
                    place,
                    f"found '{said}', expected no such word for a column of the key, which tells the rows apart",
                )
            elif get(consumer, "records") == "derived" and said != "volatile":
                yield (
                    place,
                    "found a column of rows that are not compared (records: derived), expected volatile ones only",
                )
