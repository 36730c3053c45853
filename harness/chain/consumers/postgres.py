"""A consumer that is a table in a PostgreSQL database, which a job loads with whatever client it has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from harness.chain.consumers.consumer import Consumer
from harness.chain.job import Text
from harness.values.strict import Location, get, sequence

_TABLE = re.compile(r"^[^\s.]+(\.[^\s.]+)?$")


def _table_mistake(value: Any) -> Any:
    if isinstance(value, str) and _TABLE.fullmatch(value) is None:
        raise ValueError(f"found '{value}', expected a table, such as forecast or sales.forecast")
    return value


TableName = Annotated[str, BeforeValidator(_table_mistake), Field(pattern=_TABLE.pattern)]


class PostgresConsumer(Consumer):
    """Its rows are those of the table when the night is over.

    schema: a file of SQL that makes the tables, run in the empty database before each night as the database's owner.
    table: ``schema.table``, or a table of ``public``. business_date, fallback_of: the columns that say of which night a
    row is (none: tonight's), and of which earlier one, where it stands in for that. database: its name, which several
    consumers may share; by default the consumer's own.
    """

    kind: Literal["postgres"]
    schema_file: Text = Field(alias="schema")
    table: TableName
    business_date: Text | None = None
    fallback_of: Text | None = None
    database: Text | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """A column that says of which night a row is tells no two of its rows apart, and says one thing alone."""
        dated, fallback = get(data, "business_date"), get(data, "fallback_of")
        for name, column in (("business_date", dated), ("fallback_of", fallback)):
            if column is not None and column in sequence(data, "key"):
                yield (name,), f"found the column '{column}' of the key, in which all rows of a night are the same"
        if fallback is not None and fallback == dated:
            yield ("fallback_of",), f"found '{fallback}', which is business_date's; expected another column"
