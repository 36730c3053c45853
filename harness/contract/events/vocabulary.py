"""How an event is described: its types, and what each field of its value holds, for people and as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

EventType = Literal["invoke", "ok", "fail", "info"]
"""Jepsen's: an operation is invoked, then ends ok or fails; what is no operation, or is uncertain, is info."""


@dataclass(frozen=True)
class Kind:
    """A kind of JSON value: in words, as JSON Schema, and the fields inside it where it is made of objects."""

    words: str
    schema: Mapping[str, Any]
    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """One field of a value: what it holds, what that says (with its unit), and whether an event may lack it."""

    kind: Kind
    says: str
    absent: bool = False


@dataclass(frozen=True)
class Happening:
    """What may happen in a night: when it is recorded, of which types, and with which fields in its value.

    ``sets_off`` says whether ``on`` may name it: what the harness tells, or is told when the night is over, wakes no
    fault.
    """

    says: str
    types: tuple[EventType, ...]
    fields: Mapping[str, Field]
    sets_off: bool


def happening(says: str, *types: EventType, sets_off: bool = True, **fields: Field) -> Happening:
    """An event, with the fields of its value by their names."""
    return Happening(says, types, fields, sets_off)


def asked(told: Happening) -> Happening:
    """The same of a request, which says who asks; its field cannot be named in Python."""
    return replace(told, fields={**told.fields, "from": maybe(Field(TEXT, "the job that asks, where that is known"))})


def maybe(given: Field) -> Field:
    """The same field, which an event may lack."""
    return replace(given, absent=True)


TEXT = Kind("text", {"type": "string"})
NUMBER = Kind("whole number", {"type": "integer"})
FLAG = Kind("true or false", {"type": "boolean"})
OBJECT = Kind("object", {"type": "object"})


def one_of(*texts: str) -> Kind:
    """One of these texts; another one would be a new version."""
    *most, last = (f"`{text}`" for text in texts)
    return Kind(f"{', '.join(most)} or {last}", {"enum": list(texts)})


def either(one: Kind, other: Kind) -> Kind:
    """One or the other, which differ in their JSON type."""
    return Kind(f"{one.words} or {other.words}", {"type": [one.schema["type"], other.schema["type"]]})


def or_null(kind: Kind) -> Kind:
    """The same, or null."""
    schema = {**kind.schema, "type": [kind.schema["type"], "null"]}
    return Kind(f"{kind.words} or null", schema, kind.fields)


def listed(kind: Kind) -> Kind:
    """A list of one kind."""
    return Kind(f"list of {kind.words}", {"type": "array", "items": kind.schema}, kind.fields)


def pair(kind: Kind) -> Kind:
    """A list of two of one kind."""
    schema = {"type": "array", "items": kind.schema, "minItems": 2, "maxItems": 2}
    return Kind(f"pair of {kind.words}", schema)


def mapped(kind: Kind) -> Kind:
    """An object with any names, and one kind under each."""
    return Kind(f"{kind.words} by name", {"type": "object", "additionalProperties": kind.schema}, kind.fields)


def record(**fields: Field) -> Kind:
    """An object with these fields."""
    return Kind("object", closed(fields), fields)


def closed(fields: Mapping[str, Field]) -> dict[str, Any]:
    """The JSON Schema of an object with these fields and no other: one more would be a new version."""
    return {
        "type": "object",
        "properties": {name: {"description": one.says, **one.kind.schema} for name, one in fields.items()},
        "required": [name for name, one in fields.items() if not one.absent],
        "additionalProperties": False,
    }
