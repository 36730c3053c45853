"""Programs outside of the night's time that do not matter, because their chain says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any


def with_exceptions(records: Iterable[Mapping[str, Any]], excepted: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """The records of a night; those of programs that the chain names, by path or by name alone, say that it does."""
    for record in records:
        if (record["component"], record["action"]) == ("night", "outside"):
            program = record["value"]["program"]
            known = program in excepted or PurePosixPath(program).name in excepted
            yield {**record, "value": {**record["value"], "excepted": known}}
        else:
            yield record
