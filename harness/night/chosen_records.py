"""The records that a consumer is to hold, chosen as the chain says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.chain.records import Records, SomeRecords
from harness.night.same_value import plain_value


def deciding(said: Records) -> set[str]:
    """The published columns by which records are chosen."""
    return {*said.where, *said.except_where} if isinstance(said, SomeRecords) else set()


def passing(records: Iterable[Mapping[str, Any]], said: Records) -> Iterator[Mapping[str, Any]]:
    """Those that pass the filter; without one, all. A column that a record lacks has no value there."""
    if not isinstance(said, SomeRecords):
        yield from records
        return
    where, outside = (
        {column: {plain_value(value) for value in values} for column, values in columns.items()}
        for columns in (said.where, said.except_where)
    )
    for record in records:
        if all(plain_value(record.get(column)) in values for column, values in where.items()) and not any(
            plain_value(record.get(column)) in values for column, values in outside.items()
        ):
            yield record


def required(said: Records, records: int) -> int:
    """So many of the records that pass must be held; 0 where the chain does not say how many."""
    if isinstance(said, SomeRecords):
        return math.ceil(records * said.least)
    return records if said == "every" else 0
