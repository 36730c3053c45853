"""What must hold between a consumer and the rest of its chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.contract.consumers import OWN_PLACES, PLACES, consumer_place
from harness.values.strict import Location, get, mapping, sequence, unknown

DEFAULT_KIND = "http"

THE_SERVERS_OWN = ("postgres", "template0", "template1")
"""Databases that each PostgreSQL has; a night's are made anew."""

LONGEST_DATABASE = 63
"""Bytes: of a longer name PostgreSQL drops the rest, and two of them may be one then."""


def kind_of(consumer: Any) -> Any:
    """What a consumer is said to be, in data that may be wrong."""
    return get(consumer, "kind") or DEFAULT_KIND


def consumer_places(data: Any) -> list[str]:
    """What a variable may be taken from, of the chain's consumers: each kind has places of its own."""
    kinds = {name: kind_of(consumer) for name, consumer in mapping(data, "consumers").items()}
    return [
        consumer_place(name, place)
        for name, kind in kinds.items()
        if isinstance(kind, str)
        for place in PLACES.get(kind, OWN_PLACES)
    ]


def place_of_a_consumer_mistake(place: str, data: Any) -> str | None:
    """What is wrong with a place that begins as one of a consumer of the chain; None for one that does not."""
    name, _, _ = place.rpartition(".")
    consumers = mapping(data, "consumers")
    if name not in consumers or not isinstance(kind := kind_of(consumers[name]), str):
        return None
    known = [consumer_place(name, one) for one in PLACES.get(kind, OWN_PLACES)]
    if known:
        return f"{unknown('place', place, known)}, of '{name}', a consumer of kind {kind}"
    folder = get(consumers[name], "folder")
    told = f"found '{place}', of a consumer of kind {kind}, which no job says anything to: it takes a file"
    return f"{told}; write it to folder.{folder}"


def consumer_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """All of them, with their places; wrong types are left to the model."""
    yield from _columns(data)
    yield from _folders(data)
    yield from _databases(data)
    yield from _agreed(data)
    yield from _lists(data)


def _agreed(data: Any) -> Iterator[tuple[Location, str]]:
    """What differs from run to run is no part of a row as it is kept, so that nothing can be asked of it."""
    for name, consumer in mapping(data, "consumers").items():
        columns = mapping(consumer, "columns")
        for asked in ("required", "unique"):
            for position, column in enumerate(sequence(consumer, asked)):
                if isinstance(column, str) and columns.get(column) == "volatile":
                    found = f"found '{column}', a column that is said to be volatile"
                    yield ("consumers", name, asked, position), f"{found}; expected one that is kept"


def _columns(data: Any) -> Iterator[tuple[Location, str]]:
    for name, consumer in mapping(data, "consumers").items():
        for key in ("key", "required", "unique"):
            columns = sequence(consumer, key)
            for position, column in enumerate(columns):
                if column in columns[:position]:
                    told = f"the column '{column}' is named twice; keep one of the two"
                    yield ("consumers", name, key, position), told


def _folders(data: Any) -> Iterator[tuple[Location, str]]:
    folders = mapping(data, "folders")
    for name, consumer in mapping(data, "consumers").items():
        folder = get(consumer, "folder")
        if isinstance(folder, str) and folder not in folders and kind_of(consumer) != DEFAULT_KIND:
            yield ("consumers", name, "folder"), unknown("folder", folder, folders)


def _databases(data: Any) -> Iterator[tuple[Location, str]]:
    """Consumers that share a database have one schema, which makes all of their tables."""
    first: dict[str, tuple[str, Any]] = {}
    for name, consumer in mapping(data, "consumers").items():
        if kind_of(consumer) != "postgres":
            continue
        database, schema = get(consumer, "database") or name, get(consumer, "schema")
        if not isinstance(database, str):
            continue  # reported by the model
        where: Location = ("consumers", name, "database") if get(consumer, "database") else ("consumers", name)
        if database in THE_SERVERS_OWN:
            yield where, f"found the database '{database}', which is the server's own; expected another name"
        elif len(database.encode(errors="replace")) > LONGEST_DATABASE:
            told = f"found a database's name of {len(database):,} characters, expected {LONGEST_DATABASE} at most"
            yield where, f"{told}; say another one with database"
        other, its = first.setdefault(database, (name, schema))
        if its != schema and isinstance(schema, str):
            told = f"the database '{database}', which it shares with '{other}', is made by '{its}'"
            yield ("consumers", name, "schema"), f"found '{schema}', and {told}; expected one file for both"


def _lists(data: Any) -> Iterator[tuple[Location, str]]:
    """A list has one consumer, for each value goes to one; a stream may have several."""
    first: dict[str, tuple[str, str]] = {}
    for name, consumer in mapping(data, "consumers").items():
        for kind in ("list", "stream"):
            key = get(consumer, kind)
            if not isinstance(key, str) or kind_of(consumer) != "queue":
                continue
            other, its = first.setdefault(key, (name, kind))
            if other != name and "list" in (kind, its):
                yield ("consumers", name, kind), f"found '{key}', the {its} of '{other}'; expected another name"
