"""Programs outside of the night's time that do not matter, because their chain says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from harness.chain.outside_clock import is_excepted
from harness.clock.outsiders import OTHER_RIGHTS


def with_exceptions(records: Iterable[Mapping[str, Any]], named: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """The records of a night; those of programs that the chain excepts by naming them say that it does."""
    for record in records:
        if (record["component"], record["action"]) == ("night", "outside"):
            value = record["value"]
            excepted = is_excepted(value["program"], named, other_rights=value["reason"] == OTHER_RIGHTS)
            yield {**record, "value": {**value, "excepted": excepted}}
        else:
            yield record
