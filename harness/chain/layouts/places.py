"""Words for where a value stands in a unit, and for what stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from annotated_types import MinLen
from pydantic import BeforeValidator, Discriminator, Field, Tag

from harness.chain.job import Text, listed
from harness.contract.layout import Cell, Marked
from harness.formats.table import Type
from harness.values.strict import LAX, Location, Strict, get, show

PLACES = ("field", "start", "path")
"""Which of these a place has says what it goes by: delimiters, characters, or names."""

Number = Annotated[int, Field(ge=1)]


def _texts(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError(f'found {show(value)}, expected text in quotes, such as "{value}", or a list of these')
    return listed(value)


Values = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    LAX,
    Field(min_length=1),
    BeforeValidator(_texts, json_schema_input_type=Text | Annotated[list[Text], MinLen(1)]),
]
"""One text, or a list of those that are meant."""


def steps(path: str) -> tuple[str, ...]:
    """``summary/count``, or the same as a pointer (RFC 6901), as keys or names from the outside in."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path.removeprefix("/").split("/"))


class Spot(Strict):
    """Where something stands in a unit: in a field (from 1), at a start (from 0), or under names down a path."""

    field: Number | None = None
    component: Number | None = None
    start: Annotated[int, Field(ge=0)] | None = None
    width: Number | None = None
    path: Text | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """No place or several, and what goes with another kind of place."""
        return place_mistakes(data) if isinstance(data, Mapping) else ()

    def cell(self) -> Cell:
        """As the contract has it."""
        path = () if self.path is None else steps(self.path)
        return Cell(field=self.field, component=self.component, start=self.start, width=self.width, path=path)


class Negative(Spot):
    """Where the sign of a number stands that stands apart from it, and what is there when the number is negative.

    otherwise: what is there when it is not; where nobody says so, what the units have that were seen before.
    """

    is_: Values = Field(alias="is")
    otherwise: Text | None = None


class Place(Spot):
    """Where a value stands in a unit, and in which form a number is there."""

    decimals: Annotated[int, Field(ge=0)] = 0
    comma: bool = False
    packed: bool = False
    negative: Negative | None = None

    def cell(self) -> Cell:
        """As the contract has it."""
        sign = self.negative
        return replace(
            super().cell(),
            decimals=self.decimals,
            comma=self.comma,
            packed=self.packed,
            negative=None if sign is None else Marked(cell=sign.cell(), values=sign.is_, otherwise=sign.otherwise),
        )


class ColumnPlace(Place):
    """Where a column stands in a record; a type that is not said is told from the file."""

    type: Type | None = None

    @property
    def typed(self) -> Type | None:
        """The type that is said, or that its form says."""
        if self.type is None and (self.decimals or self.comma or self.packed):
            return "decimal" if self.decimals or self.comma else "integer"
        return self.type


class Summand(Place):
    """A number that is added up, of each unit of a kind."""

    of: Text = "records"


def place_mistakes(data: Any, *, needed: bool = True) -> Iterator[tuple[Location, str]]:
    """Of one place, by its raw keys."""
    there = [key for key in PLACES if get(data, key) is not None]
    if len(there) > 1:
        yield (there[1],), f"found {' and '.join(there)}, expected one of them: a value stands in one place"
    elif needed and not there:
        yield (), "found no place, expected one of: field: NUMBER; start: and width:; path: NAMES"
    for key, needs in (("component", "field"), ("width", "start"), ("start", "width"), ("packed", "start")):
        if get(data, key) not in (None, False) and get(data, needs) is None and len(there) < 2:
            yield (key,), f"found '{key}' without '{needs}', expected both"
    if get(data, "packed") and get(data, "comma"):
        yield ("comma",), "found a comma in a packed number, which has no characters: drop it"


def number_or_mapping(value: Any) -> str:
    """Which of two forms a key has, for errors that speak of that form alone."""
    return "mapping" if isinstance(value, Mapping | Strict) else "number"


NumberedPlace = Annotated[
    Annotated[Number, Tag("number")] | Annotated[Place, Tag("mapping")], Discriminator(number_or_mapping)
]
"""A place, or the number of a field."""


def placed(value: int | Place) -> Cell:
    """Where that is."""
    return Cell(field=value) if isinstance(value, int) else value.cell()


def expected_numbers(value: Any, what: str) -> Any:
    """A list where one thing stands for it; text is none of both."""
    if isinstance(value, str):
        raise ValueError(f"found {show(value)}, expected {what}")
    return value if isinstance(value, list | tuple) else [value]
