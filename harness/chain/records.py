"""Which of the records that the source publishes a consumer is to hold, where not every one is."""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from annotated_types import MinLen
from pydantic import BeforeValidator, Discriminator, Field, Tag

from harness.chain.job import Text, text_or_mapping
from harness.values.strict import LAX, Location, Strict, get, show

Value = str | int | float | bool


def _values(value: Any) -> Any:
    given = list(value) if isinstance(value, list | tuple) else [value]
    if not given or not all(isinstance(one, Value) for one in given):
        wrong = next((one for one in given if not isinstance(one, Value)), value)
        raise ValueError(f"found {show(wrong)}, expected a value or a list of values, dates in quotes")
    return given


Values = Annotated[
    tuple[Value, ...], LAX, BeforeValidator(_values, json_schema_input_type=Value | Annotated[list[Value], MinLen(1)])
]
"""One value, or a list of those that are meant."""


def _share(value: Any) -> Any:
    if isinstance(value, str):
        try:
            share = decimal.Decimal(value.removesuffix("%"))
        except decimal.InvalidOperation:
            share = decimal.Decimal(0)
        if value.endswith("%") and 0 < share <= 100:
            return value
    raise ValueError(f"found {show(value)}, expected a share of the records, such as 90%")


class SomeRecords(Strict):
    """Some of the records: those that pass a filter, all of them or a share; by the published names of columns."""

    where: dict[Text, Values] = {}
    except_where: dict[Text, Values] = Field(default={}, alias="except")
    at_least: Annotated[Text, BeforeValidator(_share)] | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Nothing that says which."""
        if isinstance(data, Mapping) and not any(get(data, key) for key in ("where", "except", "at_least")):
            yield (), "expected one of where, except, at_least; or records: some, if nothing is known of which they are"

    @property
    def least(self) -> decimal.Decimal:
        """The part of those that pass that must be there, up to 1."""
        return decimal.Decimal((self.at_least or "100%").removesuffix("%")) / 100


Records = Annotated[
    Annotated[Literal["every", "some", "derived"], Tag("text")] | Annotated[SomeRecords, Tag("mapping")],
    Discriminator(text_or_mapping),
]
"""every: each one. some: which they are is not known. derived: the rows are no records."""
