"""The words of ``layout``: what a file is made of, as the author of a chain says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from annotated_types import MinLen
from pydantic import BeforeValidator, Discriminator, Field, Tag

from harness.chain.job import OneOrMore, Text, listed, text_or_mapping
from harness.chain.layouts.between import layout_mistakes
from harness.chain.layouts.places import (
    ColumnPlace,
    Number,
    NumberedPlace,
    Place,
    Spot,
    Summand,
    Values,
    expected_numbers,
    number_or_mapping,
)
from harness.chain.layouts.rules import (
    character,
    codec,
    group_mistakes,
    only_mistakes,
    quote_mark,
    sign_mistakes,
    stated_mistakes,
)
from harness.contract.layout import Structure
from harness.formats.known import KNOWN
from harness.values.registered import Registered
from harness.values.strict import LAX, Location, Strict, show

_EXPECTED = 'a number of lines from 1, or how they are known: {starts: "H|"}, or a list of these'


class Sign(Strict):
    """How units of a kind are known: what they start with (``at`` a character), or what a whole field ``is``.

    name: of the kind, for what is stated in it; where there is one kind alone, it is header, trailer, and so on.
    """

    name: Text | None = None
    starts: Values | None = None
    at: Annotated[int, Field(ge=0)] = 0
    is_: Values | None = Field(default=None, alias="is")
    field: Number | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Both signs or none."""
        return sign_mistakes(data)


def _signs(value: Any) -> Any:
    if isinstance(value, bool) or value == 0:
        raise ValueError(f"found {show(value)}, expected {_EXPECTED}; drop it where there are none")
    return expected_numbers(value, _EXPECTED)


_Sign = Annotated[Annotated[Number, Tag("number")] | Annotated[Sign, Tag("mapping")], Discriminator(number_or_mapping)]
Signs = Annotated[
    tuple[_Sign, ...],
    LAX,
    Field(min_length=1),
    BeforeValidator(_signs, json_schema_input_type=Number | Sign | Annotated[list[Number | Sign], MinLen(1)]),
]
"""How many first or last lines, or by which sign they are known."""


def _sign_of_parts(value: Any) -> Any:
    return {"starts": value} if isinstance(value, str | list | tuple) else value


class RecordSign(Sign):
    """How records are known, and the parts that belong to the record before them."""

    parts: Annotated[Sign, BeforeValidator(_sign_of_parts, json_schema_input_type=Text | list[Text] | Sign)] | None = (
        None
    )

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Parts alone are enough: every other line is then a record."""
        return sign_mistakes(data, needed=not (isinstance(data, Mapping) and data.get("parts") is not None))


_Records = Annotated[
    Annotated[str, Tag("text")] | Annotated[RecordSign, Tag("mapping")], Discriminator(text_or_mapping)
]
Records = Annotated[
    tuple[_Records, ...],
    LAX,
    Field(min_length=1),
    BeforeValidator(listed, json_schema_input_type=str | RecordSign | list[str | RecordSign]),
]


class Group(Strict):
    """Units that begin and end a batch, a message, an account."""

    opens: Sign | None = None
    closes: Sign | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Where it begins and where it ends."""
        return group_mistakes(data)


class Only(Spot):
    """Of which units alone something is stated: those that have one of these values in a column, or at a place."""

    column: Text | None = None
    is_: Values = Field(alias="is")

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """A column or a place."""
        return only_mistakes(data)


_Summand = Annotated[Annotated[Text, Tag("text")] | Annotated[Summand, Tag("mapping")], Discriminator(text_or_mapping)]


class StatedNumber(Place):
    """A number that the file states of itself: where it stands, and what it counts or sums."""

    in_: Text | None = Field(default=None, alias="in")
    header: NumberedPlace | None = None
    trailer: NumberedPlace | None = None
    counts: OneOrMore = ()
    sums: Annotated[
        tuple[_Summand, ...], LAX, BeforeValidator(listed, json_schema_input_type=str | Summand | list[str | Summand])
    ] = ()
    per: Number = 1
    itself: bool = True
    within: Text | None = None
    digits: Number | None = None
    only: Only | None = None
    name: Text | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """One place, in units of one kind; counts or sums."""
        return stated_mistakes(data)


def _numbered(value: Any) -> Any:
    return {"field": value} if isinstance(value, int) and not isinstance(value, bool) else value


_Column = Annotated[ColumnPlace, BeforeValidator(_numbered, json_schema_input_type=Number | ColumnPlace)]


def _form(value: Any) -> str:
    return "mapping" if isinstance(value, Mapping) else "list"


Columns = Annotated[
    Annotated[Annotated[tuple[Text, ...], LAX], Tag("list")] | Annotated[dict[Text, _Column], Tag("mapping")],
    Discriminator(_form),
]
"""Names by position, or each with its place."""

Groups = Annotated[
    Annotated[Annotated[tuple[Text, ...], LAX], Tag("list")] | Annotated[dict[Text, Group], Tag("mapping")],
    Discriminator(_form),
]
"""Each with what opens and closes it, or of XML the names of its elements."""

Character = Annotated[str, Field(min_length=1, max_length=1), BeforeValidator(character)]


class LayoutWords(Strict):
    """What a file is made of, where its values stand, and what it states of itself.

    like: a known layout, whose other keys can be said otherwise. structure: what its units are; with a ``length``,
    pieces of so many bytes. records: how they are known; of JSON a pointer to the array, of XML an element's name.
    """

    like: Annotated[str, Registered("layout", KNOWN)] | None = None
    structure: Structure | None = None
    length: Number | None = None
    encoding: Annotated[str, BeforeValidator(codec)] | None = None
    ends: Annotated[str, Field(min_length=1)] | None = None
    delimiter: Annotated[str, Field(min_length=1)] | None = None
    components: Character | None = None
    release: Character | None = None
    quote: Annotated[str, Field(pattern=r"^(none|.)$"), BeforeValidator(quote_mark)] | None = None
    header: Signs | None = None
    records: Records | None = None
    trailer: Signs | None = None
    filling: Signs | None = None
    groups: Groups | None = None
    columns: Columns | None = None
    states: (
        Annotated[
            tuple[StatedNumber, ...],
            LAX,
            BeforeValidator(listed, json_schema_input_type=StatedNumber | list[StatedNumber]),
        ]
        | None
    ) = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """What does not go together, and kinds, groups and columns that nothing of that name says."""
        known = {field.alias or name for name, field in cls.model_fields.items()}
        if isinstance(data, Mapping) and not known.issuperset(map(str, data)):
            return ()  # a key that is mistyped is missing, and what follows from that would hide it
        return layout_mistakes(data)
